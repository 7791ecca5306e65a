import type { UnsignedTail } from '../../../shared/contract/carry-over.ts';
import { limits } from '../../../shared/limits.ts';
import type { AuditLine } from '../../audit/index.ts';
import { rowsOf } from './record-rows.ts';
import { nothingToConfirm } from './desk-failures.ts';
import type { OpenVault } from './open-vault.ts';

/** As many as somebody reads through. */
const SHOWN = 100;

/** What a person is asked to confirm. @throws Failure 'usage' where nothing is to be confirmed */
export const unsignedTailOf = async (open: OpenVault): Promise<UnsignedTail> => {
  const range = open.unconfirmed;
  if (range === null) throw nothingToConfirm();
  const lines = await newestFirst(open, range);
  const [newest, oldest] = [lines[0], lines.at(-1)];
  if (newest === undefined || oldest === undefined) throw nothingToConfirm();
  return {
    ...range,
    from: oldest.record.time,
    to: newest.record.time,
    acts: actsOf(lines),
    rows: await rowsOf(lines.slice(0, SHOWN), open),
  };
};

const newestFirst = async (
  { vault }: OpenVault,
  { first, last }: NonNullable<OpenVault['unconfirmed']>,
): Promise<AuditLine[]> => {
  const index = await vault.audit();
  const found: AuditLine[] = [];
  const wanted = last - first + 1;
  while (found.length < wanted) {
    const limit = Math.min(limits.pageRows, wanted - found.length);
    const { lines } = await index.query({ upTo: last, limit, offset: found.length });
    if (lines.length === 0) break;
    found.push(...lines);
  }
  return found;
};

const actsOf = (lines: readonly AuditLine[]): UnsignedTail['acts'] => {
  const counts = new Map<string, number>();
  for (const { record } of lines) counts.set(record.action, (counts.get(record.action) ?? 0) + 1);
  return [...counts]
    .map(([action, records]) => ({ action, records }))
    .toSorted((a, b) => b.records - a.records);
};
