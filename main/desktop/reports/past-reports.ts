import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import type { Output } from '../../../shared/contract.ts';
import { hash } from '../../../shared/contract/basics.ts';
import { type PastReport, reportFilterSchema } from '../../../shared/contract/reports.ts';
import { limits } from '../../../shared/limits.ts';
import { renderings, reportKinds } from '../../../shared/reports.ts';
import type { LedgerRecord } from '../../ledger/index.ts';
import type { Vault } from '../../vault/index.ts';
import type { Handles } from '../common/index.ts';

const exportSchema = v.object({
  kind: v.picklist(reportKinds),
  filter: reportFilterSchema,
  range: v.strictObject({ first: v.number(), last: v.number() }),
  counts: v.strictObject({ searched: v.number(), included: v.number(), omitted: v.number() }),
});
const fileSchema = v.object({
  record: v.number(),
  format: v.picklist(['json', ...renderings]),
  bytes: v.number(),
  sha256: hash,
});

const cancelSchema = v.object({ record: v.number() });

type PastFile = PastReport['files'][number];

/** Past exports, newest first, from their records in the ledger. */
export const pastReports = async (
  vault: Vault,
  handles: Handles<string>,
): Promise<Output<'reports.past'>> => {
  const index = await vault.audit();
  const exports = await index.query({ action: 'report.export', limit: limits.listLength });
  const most = limits.listLength * (renderings.length + 1);
  const written = await index.query({ action: 'report.file', limit: most });
  const files = new Map<number, PastFile[]>();
  for (const { record } of written.lines.toReversed()) await addFile(files, record, handles);
  const cancels = await index.query({ action: 'report.cancel', limit: limits.listLength });
  const cancelled = new Set(cancels.lines.flatMap(({ record }) => cancelledBy(record)));
  const reports = exports.lines.flatMap(({ record }) => pastReport(record, files, cancelled));
  return { reports, total: exports.total };
};

const cancelledBy = ({ details }: LedgerRecord): number[] => {
  const parsed = v.safeParse(cancelSchema, details);
  return parsed.success ? [parsed.output.record] : [];
};

const pastReport = (
  { seq, time, actor, details, outcome }: LedgerRecord,
  files: ReadonlyMap<number, PastFile[]>,
  cancelled: ReadonlySet<number>,
): PastReport[] => {
  const parsed = v.safeParse(exportSchema, details);
  if (!parsed.success || outcome !== 'ok') return [];
  const { user } = actor;
  const more = { files: files.get(seq) ?? [], cancelled: cancelled.has(seq) };
  return [{ record: seq, made: time, user, ...parsed.output, ...more }];
};

const addFile = async (
  files: Map<number, PastFile[]>,
  { subject, details }: LedgerRecord,
  handles: Handles<string>,
): Promise<void> => {
  const parsed = v.safeParse(fileSchema, details);
  const file = subject['name'];
  if (!parsed.success || typeof file !== 'string') return;
  const { record, ...rest } = parsed.output;
  const entry = { ...rest, path: file, id: handles.give(file), present: await isThere(file) };
  files.set(record, [...(files.get(record) ?? []), entry]);
};

/** A relative name would be a different file in another folder. */
const isThere = (file: string): Promise<boolean> =>
  path.isAbsolute(file)
    ? stat(file).then(
        (stats) => stats.isFile(),
        () => false,
      )
    : Promise.resolve(false);
