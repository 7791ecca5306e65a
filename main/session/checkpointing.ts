import { Failure } from '../../shared/failure.ts';
import type { EngineCalls } from '../engine/api.ts';
import type { SigningKey } from '../engine/keys/signing-keys.ts';
import type { AnchorKind } from '../engine/pkcs11/anchors.ts';
import type { Caller } from '../engine/rpc/caller.ts';
import type { NewRecord } from '../ledger/record.ts';
import type { CheckpointSigner } from '../vault/checkpoint-keeper.ts';
import type { RollbackVerdict } from '../vault/rollback.ts';
import type { Vault } from '../vault/vault.ts';
import { bindingOf, profileOf } from './token-binding.ts';
import type { TokenFinding } from './token-findings.ts';

/** The key in the token that signs this vault's checkpoints; null where it cannot sign. */
export const checkpointKeyOf = (vault: Vault): SigningKey | null => {
  const stored = vault.tables.meta.signingKeys()?.checkpoint ?? null;
  const named = vault.checkpointKey;
  const same = stored?.spki === (named && Buffer.from(named.spki).toString('base64'));
  if (stored === null ? named === null : same) return stored;
  throw new Failure('proof-failed', "The ledger's first record names another checkpoint key.", {
    unharmed: 'Nothing was changed and nothing was signed.',
    next: 'Keep this folder as it is and restore the vault from a copy.',
  });
};

export const anchorKindOf = (vault: Vault): AnchorKind => profileOf(bindingOf(vault.tables)).anchor;

/** How an open engine signs checkpoints and keeps the anchor. */
export const tokenSigner = (
  engine: Caller<EngineCalls>,
  { vaultId, key, kind }: Pick<TokenSide, 'key' | 'kind'> & { readonly vaultId: Vault['id'] },
): CheckpointSigner => ({
  sign: (text) => engine.call('signCheckpoint', { vaultId, key, text }),
  keepAnchor:
    kind === 'none' ? null : (note) => engine.call('replaceAnchor', { vaultId, kind, note }),
});

interface TokenSide {
  readonly key: SigningKey;
  readonly kind: AnchorKind;
}

export interface Judged {
  readonly verdict: RollbackVerdict;
  /** Every note that the token keeps; null where this token keeps none. */
  readonly anchors: readonly string[] | null;
  readonly signer: CheckpointSigner;
}

/** Confirms the checkpoint key in the token and compares the ledger with what was signed of it. */
export const judgeVault = async (
  vault: Vault,
  engine: Caller<EngineCalls>,
): Promise<Judged | null> => {
  const key = checkpointKeyOf(vault);
  if (key === null) return null;
  await engine.call('confirmSigningKey', key);
  const place = { vaultId: vault.id, kind: anchorKindOf(vault) };
  const anchors = await engine.call('readAnchors', place);
  let verdict = vault.judge(anchors);
  if (verdict?.isRolledBack === true) {
    // No alarm without having read the ledger itself.
    await vault.readAll();
    verdict = vault.judge(anchors);
  }
  if (verdict === null) throw new Error('a vault with a checkpoint key keeps checkpoints');
  return { verdict, anchors, signer: tokenSigner(engine, { ...place, key }) };
};

/** The record of an unlock: what was found signed, and what no checkpoint covers yet. */
export const unlockRecord = (
  vault: Vault,
  judged: Judged | null,
  ofToken: readonly TokenFinding[],
): NewRecord => {
  const { size } = vault.head;
  const { anchor, checkpoint, findings } = judged?.verdict ?? {
    anchor: null,
    checkpoint: null,
    findings: [],
  };
  const signed = Math.max(
    checkpoint?.size ?? 0,
    anchor?.epoch === vault.origin.epoch ? anchor.size : 0,
  );
  return {
    action: 'vault.unlock',
    subject: {},
    outcome: 'ok',
    details: {
      checkpoint: checkpoint?.size ?? null,
      anchor: anchor?.size ?? null,
      // Written while the vault was locked, or just before a crash.
      unsigned: signed < size ? { first: signed + 1, last: size } : null,
      findings: [...findings, ...ofToken].map(({ kind, problem }) => ({ kind, problem })),
    },
  };
};

/** What the anchor proves, for people: on screen and in reports. */
export const anchorWords = (vault: Vault): string => {
  const isInVault = vault.tables.meta.token()?.inVault ?? false;
  if (vault.checkpointKey === null)
    return 'The token cannot sign: this ledger is unsigned and there is no rollback detection.';
  if (isInVault)
    return 'No rollback detection: the evaluation token lies in the vault folder and is rolled back with it.';
  return anchorKindOf(vault) === 'none'
    ? 'No rollback detection: this token cannot keep the newest checkpoint.'
    : 'The newest checkpoint is also kept in the token: an older or altered ledger is found at unlock.';
};
