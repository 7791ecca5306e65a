import type { TokenFindingKind } from '../../shared/contract/rollback.ts';
import type { Failure } from '../../shared/failure.ts';
import * as words from '../../shared/messages/token/findings.ts';
import type { TokenInfo } from '../engine/index.ts';
import type { KnownVault } from '../trust/index.ts';

/** What was found of a token that does not block. */
export interface TokenFinding {
  readonly kind: TokenFindingKind;
  /** A sentence. */
  readonly problem: string;
}

/** A cloned token has the same keys, which are verified after this; nothing else is trusted. */
export const twinOf = (
  { label, serial }: TokenInfo,
  { token: known, inVault }: KnownVault,
): TokenFinding[] =>
  inVault || (label === known.label && serial === known.serial)
    ? []
    : [{ kind: 'token-twin', problem: words.twin({ label, serial }, known) }];

export const updateOf = ({ modulePath, librarySha256 }: KnownVault): TokenFinding => ({
  kind: 'library-updated',
  problem: words.libraryUpdated(modulePath, librarySha256),
});

export const firstMeeting = (
  { checkpointKey, modulePath }: KnownVault,
  notKept: Failure | null,
): TokenFinding => ({
  kind: 'vault-met',
  problem: words.firstMeeting(checkpointKey, modulePath, notKept?.message ?? null),
});
