import * as v from 'valibot';
import type { Verdict } from '../../../shared/contract/audit.ts';
import { type LedgerVerdict, verifyInThread } from '../../vault/index.ts';
import type { OpenVault } from '../vault/index.ts';

const ACTION = 'window.audit.verify';

/**
 * Verifies every record. The result is kept until the next verification, and recorded, so that it
 * is known after a restart.
 */
export const verifyVault = async (open: OpenVault): Promise<Verdict> => {
  const before = open.verification;
  open.verification = { ...before, state: 'running' };
  try {
    const verdict = await verdictOf(open);
    const sound = verdict.findings.every(({ kind }) => kind !== 'damage');
    const at = new Date().toISOString();
    open.verification = { state: sound ? 'sound' : 'damaged', records: verdict.size, at };
    const { size, root, total } = verdict;
    const details = { records: size, root, findings: total };
    const outcome = sound ? { outcome: 'ok' as const } : damaged;
    await open.vault.recordLook({ action: ACTION, subject: {}, details, ...outcome });
    const findings = verdict.findings.map((finding) => ({ ...finding }));
    return { sound, records: size, root, at, findings, total };
  } catch (error) {
    open.verification = before;
    throw error;
  }
};

const damaged = { outcome: 'failed', code: 'ledger-damaged' } as const;

const verifiedSchema = v.object({ records: v.number(), root: v.string() });

/**
 * What was verified before this start of the program. It counts only if it was recorded while the
 * vault was unlocked, and if the ledger still starts with the records that were read then.
 */
export const recallVerification = async (open: OpenVault): Promise<void> => {
  const { vault } = open;
  if (open.rollback !== null) return;
  const { lines } = await (await vault.audit()).query({ action: ACTION, limit: 1 });
  const record = lines[0]?.record;
  const told = v.safeParse(verifiedSchema, record?.details);
  if (record?.outcome !== 'ok' || !told.success) return;
  const { records, root } = told.output;
  const mark = (await open.unsigned.marks())(record.seq);
  const isOurs = mark === null || mark === 'waiting';
  const { tree } = vault;
  if (!isOurs || records >= record.seq || tree.root(records).toString('hex') !== root) return;
  // A verification made in the meantime is newer.
  if (open.verification.state === 'none')
    open.verification = { state: 'sound', records, at: record.time };
};

/** A change made in between looks like damage, so read it again. */
const verdictOf = async (open: OpenVault, again = 3): Promise<LedgerVerdict> => {
  const { root } = open.vault.head;
  const verdict = await verifyInThread(open.folder);
  const changed = open.vault.head.root !== root;
  const damaged = verdict.findings.some(({ kind }) => kind === 'damage');
  return damaged && changed && again > 0 ? verdictOf(open, again - 1) : verdict;
};
