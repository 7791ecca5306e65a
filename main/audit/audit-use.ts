import * as v from 'valibot';
import { type KeyId, keyIdSchema } from '../../shared/ids.ts';
import type { Json } from '../json/index.ts';
import type { LedgerRecord } from '../ledger/index.ts';
import { type Db, sql } from '../sqlite/index.ts';

/** What the ledger says of the use of one key version. */
export interface KeyUse {
  readonly key: KeyId;
  readonly version: number;
  /** Files that it opens, as far as the ledger knows. */
  readonly files: number;
  /** How often a file was rewrapped or encrypted again, and does not need it any more. */
  readonly moved: number;
  /** UTC, ISO 8601. */
  readonly last: string;
}

/** How many files were processed in a quarter of an hour. */
export interface FileActivity {
  /** Its beginning, in milliseconds since 1970. */
  readonly startMs: number;
  /** Like file.encrypt */
  readonly action: string;
  readonly outcome: string;
  readonly files: number;
}

/** Every time zone is off by a multiple of it, so days can be added up in any of them. */
export const QUARTER_MS = 15 * 60_000;

const processing: ReadonlySet<string> = new Set([
  'file.encrypt',
  'file.decrypt',
  'file.verify',
  'file.rewrap',
  'file.reencrypt',
]);

/** Whether a record is the result of one file. */
export const isProcessing = ({ action }: LedgerRecord): boolean => processing.has(action);

export interface UsedKey {
  readonly key: string;
  readonly version: number;
}

/** The key versions a file was processed with. */
export const usedKeys = (record: LedgerRecord): readonly UsedKey[] =>
  record.outcome === 'ok' ? namedKeys(record) : [];

/** The key versions whose states refused a file or a batch. */
export const refusedKeys = (record: LedgerRecord): readonly UsedKey[] =>
  record.outcome === 'refused' && (isProcessing(record) || record.action === 'batch.refuse')
    ? namedKeys(record)
    : [];

const namedKeys = ({ subject, details }: LedgerRecord): readonly UsedKey[] => {
  const several: readonly Json[] = Array.isArray(details['keys']) ? details['keys'] : [];
  return (several.length > 0 ? several : [subject]).flatMap((each) => asUsedKey(each));
};

const usedKeySchema = v.object({ key: v.string(), version: v.number() });

const asUsedKey = (value: Json): UsedKey[] => {
  const parsed = v.safeParse(usedKeySchema, value);
  return parsed.success ? [parsed.output] : [];
};

const useSchema = v.object({
  key: keyIdSchema,
  version: v.number(),
  files: v.number(),
  moved: v.number(),
  last: v.number(),
});

export const readUses = (db: Db): KeyUse[] =>
  db
    .all(
      sql`SELECT word AS key, version, files, moved, last FROM uses JOIN words ON words.id = uses.key`,
      useSchema,
    )
    .map((use) => ({ ...use, last: new Date(use.last).toISOString() }));

/** How often a key version was to be used and was refused because of its state. */
export interface RefusedUse {
  readonly times: number;
  /** UTC, ISO 8601. */
  readonly last: string;
}

const refusedSchema = v.object({ times: v.number(), last: v.number() });

/** null: it never was. */
export const readRefusedUse = (db: Db, { key, version }: UsedKey): RefusedUse | null => {
  const found = db.one(
    sql`SELECT times, last FROM refusals
      WHERE key = (SELECT id FROM words WHERE word = ${key}) AND version = ${version}`,
    refusedSchema,
  );
  return found === null ? null : { ...found, last: new Date(found.last).toISOString() };
};

const activitySchema = v.object({
  quarter: v.number(),
  action: v.string(),
  outcome: v.string(),
  files: v.number(),
});

export const readActivity = (db: Db, sinceMs: number): FileActivity[] =>
  db
    .all(
      sql`SELECT quarter, a.word AS action, o.word AS outcome, records AS files FROM quarters
        JOIN words a ON a.id = action JOIN words o ON o.id = outcome
        WHERE quarter >= ${Math.floor(sinceMs / QUARTER_MS)}`,
      activitySchema,
    )
    .map(({ quarter, ...rest }) => ({ ...rest, startMs: quarter * QUARTER_MS }));

export const readActions = (db: Db): string[] =>
  db
    .all(
      sql`SELECT word FROM words WHERE id IN (SELECT action FROM records) ORDER BY word`,
      v.object({ word: v.string() }),
    )
    .map(({ word }) => word);
