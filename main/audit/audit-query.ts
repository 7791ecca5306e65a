import type { SqlValue } from 'sql.js';
import * as v from 'valibot';
import type { BatchId, KeyId } from '../../shared/ids.ts';
import type { Json, JsonObject } from '../json/index.ts';
import type { LedgerRecord } from '../ledger/index.ts';
import { type Db, type Query, sql } from '../sqlite/index.ts';

export interface AuditFilter {
  /** Records from this moment on, UTC ISO 8601. */
  readonly since?: string;
  /** Records before this moment. */
  readonly until?: string;
  readonly key?: KeyId;
  readonly batch?: BatchId;
  readonly action?: string;
  readonly outcome?: LedgerRecord['outcome'];
  /** Found in any value of subject, details, actor, action or code; case does not matter. */
  readonly text?: string;
  /** How many records at most. */
  readonly limit: number;
  readonly offset?: number;
  /** Only the first so many records of the ledger, so that pages do not move while it grows. */
  readonly upTo?: number;
  /** Leaves out the records about single files. */
  readonly actsOnly?: boolean;
}

export interface Place {
  readonly start: number;
  readonly length: number;
}

const placeSchema = v.object({ start: v.number(), length: v.number() });
const countSchema = v.object({ total: v.number() });

/** The conditions of a filter except its text. */
const conditions = (filter: Omit<AuditFilter, 'limit'>): Query => {
  const parts: [string, SqlValue | undefined][] = [
    ['time >= ?', filter.since === undefined ? undefined : Date.parse(filter.since)],
    ['time < ?', filter.until === undefined ? undefined : Date.parse(filter.until)],
    ['action = (SELECT id FROM words WHERE word = ?)', filter.action],
    ['outcome = (SELECT id FROM words WHERE word = ?)', filter.outcome],
    [mentioned, filter.key],
    [mentioned, filter.batch],
    ['seq <= ?', filter.upTo],
    [noFiles, filter.actsOnly === true ? 'file.%' : undefined],
  ];
  const given = parts.filter((part): part is [string, SqlValue] => part[1] !== undefined);
  return {
    text: given.map(([text]) => ` AND ${text}`).join(''),
    values: given.map(([, value]) => value),
  };
};

const noFiles = 'action NOT IN (SELECT id FROM words WHERE word LIKE ?)';

const mentioned =
  'seq IN (SELECT seq FROM mentions WHERE word = (SELECT id FROM words WHERE word = ?))';

export const countRecords = (db: Db, filter: AuditFilter): number => {
  const { text, values } = conditions(filter);
  const query = { text: `SELECT count(*) AS total FROM records WHERE true${text}`, values };
  return db.one(query, countSchema)?.total ?? 0;
};

/** Where the wanted lines are, newest first. */
export const findPlaces = (db: Db, filter: AuditFilter): Place[] => {
  const { text, values } = conditions(filter);
  return db.all(
    {
      text: `SELECT start, length FROM records WHERE true${text} ORDER BY seq DESC LIMIT ? OFFSET ?`,
      values: [...values, filter.limit, filter.offset ?? 0],
    },
    placeSchema,
  );
};

/** The numbers of all matching records, ascending; null if the filter has only text. */
export const candidates = (
  db: Db,
  filter: Omit<AuditFilter, 'limit'>,
): readonly number[] | null => {
  const { text, values } = conditions(filter);
  if (text === '') return null;
  return db.column({ text: `SELECT seq FROM records WHERE true${text} ORDER BY seq`, values });
};

/** Where these records are, in the same order. */
export const placesOf = (db: Db, seqs: readonly number[]): Place[] =>
  seqs.flatMap((seq) =>
    db.all(sql`SELECT start, length FROM records WHERE seq = ${seq}`, placeSchema),
  );

/**
 * Whether a record contains the text in one of its values (not in the names of its fields). Earlier
 * search texts do not count: otherwise every search would find itself.
 */
export const holdsText = (record: LedgerRecord, lowerCase: string): boolean => {
  const { actor, action, code, subject } = record;
  const details = action === 'audit.view' ? withoutText(record.details) : record.details;
  return valuesHold([{ ...actor }, action, code ?? '', subject, details], lowerCase);
};

const withoutText = (details: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(details).filter(([name]) => name !== 'text'));

const valuesHold = (value: Json, lowerCase: string): boolean => {
  if (typeof value === 'object' && value !== null)
    return Object.values(value).some((each: Json) => valuesHold(each, lowerCase));
  return String(value).toLowerCase().includes(lowerCase);
};
