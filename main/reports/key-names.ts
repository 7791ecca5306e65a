import { nameColumns } from '../../shared/messages/reports/document.ts';
import type { Json } from '../json/index.ts';
import type { LedgerRecord } from '../ledger/index.ts';
import type { ReportStatement } from './report.ts';

export interface NamedKey {
  readonly id: string;
  /** null if the record is about the key and not about one of its versions. */
  readonly version: number | null;
}

/** The keys of a record: the one it is about, and all that can decrypt the file. */
export const keysOf = ({ subject, details }: LedgerRecord): NamedKey[] => {
  const one = { key: subject['key'], version: subject['version'] };
  const found = [
    one,
    ...listOf(subject['keys']).map((key) => ({ key })),
    ...listOf(details['keys']),
  ];
  const keys = new Map<string, NamedKey>();
  for (const each of found) {
    if (typeof each !== 'object' || each === null || !('key' in each)) continue;
    const { key, version } = each as { key?: Json | undefined; version?: Json | undefined };
    if (typeof key !== 'string' || keys.has(key)) continue;
    keys.set(key, { id: key, version: typeof version === 'number' ? version : null });
  }
  return [...keys.values()];
};

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
const listOf = (value: Json | undefined): readonly Json[] => (isList(value) ? value : []);

/** By id, as far as the tables of the report name keys. */
export const keyNamesOf = ({
  tables,
}: Pick<ReportStatement, 'tables'>): ReadonlyMap<string, string> =>
  new Map(
    tables.flatMap(({ columns, rows }): [string, string][] => {
      const [id, name] = [columns.indexOf(nameColumns.id), columns.indexOf(nameColumns.name)];
      if (id === -1 || name === -1) return [];
      return rows.map((row) => [row[id] ?? '', row[name] ?? '']);
    }),
  );
