import { notOurs as notOursWords } from '../../shared/messages/ledger/rollback.ts';
import { randomBytes } from 'node:crypto';
import {
  type EpochHead,
  type NewRecord,
  type RecordRange,
  type Tail,
  vaultActions,
} from '../ledger/index.ts';
import type { Migration } from '../keystore/index.ts';
import { sha256 } from '../system/index.ts';
import { detectRollback } from './detect-rollback.ts';
import type { LedgerToken } from './ledger-token.ts';
import { loadKeystore, type VaultParts } from './opening.ts';
import { matchKeystore, type NamedKeystore, recover } from './recovery.ts';
import type { RollbackFinding, RollbackVerdict } from './rollback.ts';

export interface UnlockOptions {
  /** The newest head that was verified on this computer; null where it knows none. */
  readonly seen: EpochHead | null;
  /** The token is another one with the same keys: it may lack the anchor. */
  readonly isTwin?: boolean;
  /** A person has confirmed the unsigned records of a vault from before there were sessions. */
  readonly carryOver?: boolean;
}

/** What was found signed, before anything is written. */
export interface FoundSigned {
  readonly verdict: RollbackVerdict;
  /** The notes that the token keeps. */
  readonly anchors: readonly string[];
}

/** A vault in its signed state: a session may start. */
export interface Sound extends FoundSigned {
  readonly kind: 'sound';
  readonly tail: Tail;
  readonly keystore: NamedKeystore;
  /** Steps of the keystore's form that were taken in memory only. */
  readonly pending: readonly Migration[];
}

/**
 * Of a vault that was rolled back nothing further is asked; the unsigned end of a vault from before
 * there were sessions is for a person to confirm.
 */
export type Examined =
  | Sound
  | (FoundSigned & { readonly kind: 'rolled-back' })
  | (FoundSigned & { readonly kind: 'unsigned-tail'; readonly range: RecordRange });

/**
 * Compares the ledger with what was signed of it and tells which of its records the vault itself
 * wrote; the keystore is then the one that the newest of those names. Changes nothing on the disk.
 * @throws Failure 'keystore-damaged' | 'keystore-foreign'
 */
export const examine = async (
  parts: VaultParts,
  token: LedgerToken,
  { seen, isTwin = false, carryOver = false }: UnlockOptions,
): Promise<Examined> => {
  const { store, ledger, keeper, keystore } = parts;
  const anchors = await token.readAnchors();
  const outside = { anchors, isTwin, seen };
  let verdict = detectRollback(ledger, keeper, outside);
  if (verdict.isRolledBack) {
    // No rollback is reported before the ledger itself was read.
    await ledger.readAll();
    verdict = detectRollback(ledger, keeper, outside);
  }
  if (verdict.isRolledBack) return { kind: 'rolled-back', verdict, anchors };
  const { epoch } = keeper.origin;
  const heads = [verdict.anchor, verdict.checkpoint, seen];
  const signed = Math.max(
    ledger.ownSize,
    ...heads.map((head) => (head?.epoch === epoch ? head.size : 0)),
  );
  const openKey = ({ session, sealed }: { session: string; sealed: string }) =>
    token.openSessionKey({ ...keeper.origin, session }, Buffer.from(sealed, 'base64'));
  const tail = await ledger.authenticate({ signed, openKey, carryOver });
  if (tail.older !== null && !carryOver)
    return { kind: 'unsigned-tail', verdict, anchors, range: tail.older };
  const found = await matchKeystore(store, tail.prefix.facts.keystore);
  const isShown = sha256(found.image) === parts.image;
  const loaded = isShown ? parts : loadKeystore(parts.context, found.image);
  if (!isShown) keystore.adopt(loaded.keystore);
  const findings = [...verdict.findings, ...notOurs(tail)];
  return {
    ...{ kind: 'sound', verdict: { ...verdict, findings }, anchors, tail },
    ...{ keystore: found, pending: loaded.pending },
  };
};

/** Starts a session: its unlock record is the first thing that is written. Then repairs. */
export const begin = async (
  parts: VaultParts,
  token: LedgerToken,
  { verdict, tail, keystore, pending }: Sound,
  /** What was found of the token. */
  found: readonly Found[],
): Promise<void> => {
  const { store, ledger, keeper, committer } = parts;
  const id = randomBytes(16).toString('hex');
  const { key, sealed } = await token.newSessionKey({ ...keeper.origin, session: id });
  const findings = [...verdict.findings, ...found];
  const record = unlockRecord(tail, { ...verdict, findings }, sealed);
  await ledger.append(await ledger.begin(tail, { id, key }, record));
  await recover(store, ledger, keystore);
  keeper.setSigner(token);
  if (pending.length > 0)
    await committer.commit(
      () => undefined,
      () => ({
        action: vaultActions.migrate,
        subject: {},
        outcome: 'ok',
        details: { migrations: pending.map(({ id: number, name }) => `${number} ${name}`) },
      }),
      {},
    );
};

export interface Found {
  readonly kind: string;
  readonly problem: string;
}

interface Signed extends Pick<RollbackVerdict, 'anchor' | 'checkpoint'> {
  readonly findings: readonly Found[];
}

/** What was found signed, what no checkpoint covers yet, and the session's key for later. */
const unlockRecord = (
  { prefix, unmarked }: Tail,
  { anchor, checkpoint, findings }: Signed,
  sealed: Uint8Array,
): NewRecord => {
  const { size, facts } = prefix;
  const signed = Math.max(checkpoint?.size ?? 0, anchor?.epoch === facts.epoch ? anchor.size : 0);
  return {
    action: vaultActions.unlock,
    subject: {},
    outcome: 'ok',
    details: {
      checkpoint: checkpoint?.size ?? null,
      anchor: anchor?.size ?? null,
      // Written while the vault was locked, or just before a crash.
      unsigned: signed < size ? { first: signed + 1, last: size } : null,
      // Those of them that were not written in a session.
      notAuthenticated: unmarked.map(({ first, last }) => ({ first, last })),
      findings: findings.map(({ kind, problem }) => ({ kind, problem })),
      ...(facts.session === null ? { carried: facts.isOlder ? size : 1 } : {}),
      sealed: Buffer.from(sealed).toString('base64'),
    },
  };
};

const notOurs = ({ rest }: Tail): RollbackFinding[] => {
  if (rest === null) return [];
  const problem = notOursWords(rest.record, rest.problem);
  return [{ kind: 'not-ours', problem, blocks: false }];
};
