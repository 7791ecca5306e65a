import type { TokenFindingKind } from '../../shared/contract/rollback.ts';
import type { Failure } from '../../shared/failure.ts';
import type { TokenInfo } from '../engine/index.ts';
import type { KnownVault } from '../trust/index.ts';

/** What was found of a token that does not block. */
export interface TokenFinding {
  readonly kind: TokenFindingKind;
  /** A sentence. */
  readonly problem: string;
}

/** A twin has the same keys: they prove themselves after this, and nothing else is believed. */
export const twinOf = (
  { label, serial }: TokenInfo,
  { token: known, inVault }: KnownVault,
): TokenFinding[] =>
  inVault || (label === known.label && serial === known.serial)
    ? []
    : [
        {
          kind: 'token-twin',
          problem:
            `This is another token than the one that this computer knows: “${label}”, serial number ${serial}, ` +
            `instead of “${known.label}”, serial number ${known.serial}.`,
        },
      ];

export const updateOf = ({ modulePath, librarySha256 }: KnownVault): TokenFinding => ({
  kind: 'library-updated',
  problem: `The PKCS#11 library has changed and was tested again: ${modulePath}, SHA-256 ${librarySha256}.`,
});

export const firstMeeting = (
  { checkpointKey, modulePath }: KnownVault,
  notKept: Failure | null,
): TokenFinding => ({
  kind: 'vault-met',
  problem:
    `This computer meets this vault for the first time. Fingerprint of its key: ${checkpointKey ?? 'none'}; ` +
    `PKCS#11 library: ${modulePath}. ${notKept === null ? 'Both are known from now on.' : notKept.message}`,
});
