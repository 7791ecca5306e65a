import * as v from 'valibot';
import type { PastBatch } from '../../../shared/contract/work.ts';
import { batchKinds } from '../../../shared/batch.ts';
import { batchIdSchema, type BatchId } from '../../../shared/ids.ts';
import type { AuditIndex } from '../../audit/index.ts';
import type { LedgerRecord } from '../../ledger/index.ts';
import type { OpenVault } from '../vault/index.ts';

const RECENT = 20;

const startSchema = v.object({
  kind: v.picklist(batchKinds),
  files: v.number(),
  bytes: v.number(),
  keys: v.array(v.object({ key: v.string() })),
});
const endSchema = v.object({ done: v.number(), failed: v.number() });

/** The latest batches in the ledger, newest first. */
export const pastBatches = async ({ vault }: OpenVault): Promise<PastBatch[]> => {
  const index = await vault.audit();
  const names = vault.tables.keys.names() as ReadonlyMap<string, string>;
  const { lines } = await index.query({ action: 'batch.start', limit: RECENT });
  const past = lines.map(({ record }) => pastBatch(index, record, names));
  return (await Promise.all(past)).filter((each) => each !== null);
};

const pastBatch = async (
  index: AuditIndex,
  { subject, details, time }: LedgerRecord,
  names: ReadonlyMap<string, string>,
): Promise<PastBatch | null> => {
  const id = v.safeParse(batchIdSchema, subject['batch']);
  const start = v.safeParse(startSchema, details);
  if (!id.success || !start.success) return null;
  const { kind, files, bytes, keys } = start.output;
  const end = await endOf(index, id.output);
  return {
    id: id.output,
    kind,
    started: time,
    files,
    bytes,
    keys: keys.map(({ key }) => names.get(key) ?? key),
    done: end?.done ?? 0,
    failed: end?.failed ?? 0,
    ended: end !== null,
  };
};

const endOf = async (
  index: AuditIndex,
  batch: BatchId,
): Promise<v.InferOutput<typeof endSchema> | null> => {
  const { lines } = await index.query({ batch, action: 'batch.end', limit: 1 });
  const parsed = v.safeParse(endSchema, lines[0]?.record.details);
  return parsed.success ? parsed.output : null;
};
