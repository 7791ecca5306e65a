import type { AuditRow } from '../../../shared/contract/audit.ts';
import { limits } from '../../../shared/limits.ts';
import type { AuditLine } from '../../audit/index.ts';
import type { Json, JsonObject } from '../../json/index.ts';
import type { LedgerRecord } from '../../ledger/index.ts';
import type { OpenVault } from './open-vault.ts';

/** Records as the window shows them. */
export const rowsOf = async (
  lines: readonly AuditLine[],
  { vault, unsigned }: Pick<OpenVault, 'vault' | 'unsigned'>,
): Promise<AuditRow[]> => {
  const names = vault.tables.keys.names();
  const markOf = await unsigned.marks();
  return lines.map(({ record }) => auditRow(record, names, markOf(record.seq)));
};

const auditRow = (
  record: LedgerRecord,
  names: ReadonlyMap<string, string>,
  mark: AuditRow['mark'],
): AuditRow => {
  const { seq, time, actor, action, outcome, code, subject, details } = record;
  const key = subject['key'];
  return {
    seq,
    time,
    user: shortened(actor.user),
    host: shortened(actor.host),
    action: shortened(action),
    outcome,
    code: code === undefined ? null : shortened(code),
    keyName: typeof key === 'string' ? (names.get(key) ?? null) : null,
    subject: factsOf(subject),
    details: factsOf(details),
    mark,
  };
};

/** A text of any length. */
export const shortened = (text: string, most: number = limits.textLength): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`;

/** Anything but a plain value is shown as JSON. */
const factsOf = (values: JsonObject): AuditRow['subject'] =>
  Object.fromEntries(
    Object.entries(values)
      .slice(0, limits.recordFacts)
      .map(([name, value]) => [shortened(name), factOf(value)]),
  );

const factOf = (value: Json): string | number | boolean | null => {
  if (typeof value === 'string') return shortened(value, limits.longTextLength);
  if (typeof value === 'object' && value !== null)
    return shortened(JSON.stringify(value), limits.longTextLength);
  return value;
};
