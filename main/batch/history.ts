import { digestIn } from '../../shared/file-digest.ts';
import * as v from 'valibot';
import type { KeyVersion, Receipt } from '../../shared/batch.ts';
import { type FailureCode, failureCodes, type FailureData } from '../../shared/failure.ts';
import { type BatchId, keyIdSchema } from '../../shared/ids.ts';
import { REASON_NOT_RECORDED } from '../../shared/messages/failures/batch.ts';
import type { LedgerRecord } from '../ledger/index.ts';
import type { Vault } from '../vault/index.ts';
import { SKIP } from './records.ts';

/** The state of a file of a batch, according to the ledger. */
export interface FileHistory {
  readonly outcome: 'done' | 'failed';
  /** Where slots were replaced: the key versions that the file had before. */
  readonly before: readonly KeyVersion[] | null;
  readonly receipt: Receipt;
}

/** What the ledger says about a batch since it was last tried again. */
export interface BatchHistory {
  /** The result of each file, by its index in the plan. */
  readonly files: ReadonlyMap<number, FileHistory>;
  /** What the plan left out. */
  readonly leftOut: readonly Receipt[];
}

export const batchHistory = async (vault: Vault, batch: BatchId): Promise<BatchHistory> => {
  const files = new Map<number, FileHistory>();
  let leftOut: Receipt[] = [];
  for (const record of await recordsOf(vault, batch)) {
    if (record.action === 'batch.retry') {
      files.clear();
      leftOut = [];
    }
    const index = record.subject['file'];
    if (typeof index !== 'number') leftOut.push(...leftOutOf(record));
    else {
      const end = endOf(record, files.get(index));
      if (end !== null) files.set(index, end);
    }
  }
  return { files, leftOut };
};

const leftOutOf = (record: LedgerRecord): Receipt[] => {
  const { action, outcome, details } = record;
  if (action === SKIP) {
    const reason = reasonOf(text(details['reason']) ?? undefined, text(details['cause']), null);
    return [{ ...failedEnd(record).receipt, outcome: 'skipped', reason }];
  }
  return fileEnds.has(action) && outcome === 'failed' ? [failedEnd(record).receipt] : [];
};

const PAGE = 5_000;

/** Oldest first. */
const recordsOf = async (vault: Vault, batch: BatchId): Promise<LedgerRecord[]> => {
  const index = await vault.audit();
  const records: LedgerRecord[] = [];
  for (;;) {
    const page = await index.query({ batch, limit: PAGE, offset: records.length });
    records.push(...page.lines.map(({ record }) => record));
    if (page.lines.length === 0 || records.length >= page.total) return records.reverse();
  }
};

const endOf = (record: LedgerRecord, before: FileHistory | undefined): FileHistory | null => {
  const { action, subject } = record;
  if (action === 'file.rename' && before !== undefined) {
    return { ...before, receipt: { ...before.receipt, output: text(subject['output']) } };
  }
  if (action === 'file.delete-original' && before !== undefined) {
    return { ...before, receipt: { ...before.receipt, ...deletion(record) } };
  }
  if (!fileEnds.has(action)) return null;
  return record.outcome === 'ok' ? doneEnd(record) : failedEnd(record);
};

const deletion = ({ outcome, code, details }: LedgerRecord): Partial<Receipt> =>
  outcome === 'ok'
    ? { originalDeleted: true }
    : {
        originalDeleted: false,
        reason: reasonOf(code, text(details['cause']), text(details['detail'])),
      };

const fileEnds: ReadonlySet<string> = new Set([
  'file.encrypt',
  'file.decrypt',
  'file.verify',
  'file.rewrap',
  'file.reencrypt',
  'file.publish',
]);

const slotsSchema = v.array(v.object({ key: keyIdSchema, version: v.number() }));

const slotsOf = (value: unknown): readonly KeyVersion[] | null => {
  const parsed = v.safeParse(slotsSchema, value);
  return parsed.success ? parsed.output.map(({ key: id, version }) => ({ id, version })) : null;
};

const doneEnd = ({ subject, details }: LedgerRecord): FileHistory => ({
  outcome: 'done',
  before: slotsOf(details['before']),
  receipt: {
    input: text(subject['input']) ?? '',
    output: text(subject['output']),
    outcome: 'done',
    bytes: number(details['bytes']) ?? 0,
    digest: digestIn(details),
    key: text(subject['key']),
    version: number(subject['version']),
  },
});

const failedEnd = ({ subject, details, code }: LedgerRecord): FileHistory => ({
  outcome: 'failed',
  before: null,
  receipt: {
    input: text(subject['input']) ?? '',
    output: null,
    outcome: 'failed',
    reason: reasonOf(code, text(details['cause']), text(details['detail'])),
    bytes: 0,
    digest: null,
    key: null,
    version: null,
  },
});

const reasonOf = (
  code: string | undefined,
  cause: string | null,
  detail: string | null,
): FailureData => ({
  code: isFailureCode(code) ? code : 'io',
  cause: cause ?? REASON_NOT_RECORDED,
  ...(detail === null ? {} : { detail }),
});

const isFailureCode = (code: string | undefined): code is FailureCode =>
  Object.values(failureCodes).some((codes) => codes.some((known) => known === code));

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
