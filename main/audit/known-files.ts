import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Json } from '../json/index.ts';
import type { LedgerRecord } from '../ledger/index.ts';
import { type Db, sql } from '../sqlite/index.ts';
import { type UsedKey, usedKeys } from './audit-use.ts';

/*
 * Which key versions open the encrypted files that the ledger knows, by their paths: what the newest
 * record about a path says. A file that was moved, copied or deleted outside is not noticed.
 */

/** What a record says about one encrypted file. */
export type FileNews =
  | { readonly kind: 'slots'; readonly path: string; readonly slots: readonly UsedKey[] }
  | { readonly kind: 'gone'; readonly path: string }
  | { readonly kind: 'renamed'; readonly from: string; readonly to: string };

export const fileNewsOf = (record: LedgerRecord): FileNews | null => {
  const { action, subject, details, outcome } = record;
  const output = textOf(subject['output']) ?? textOf(subject['input']);
  if (output === null) return null;
  if (action === 'file.publish') {
    // What was to be replaced is still there.
    const slots = slotsOf(details['slots']);
    return slots.length > 0
      ? { kind: 'slots', path: output, slots }
      : { kind: 'gone', path: output };
  }
  if (outcome !== 'ok') return null;
  if (action === 'file.encrypt') return { kind: 'slots', path: output, slots: usedKeys(record) };
  if (action === 'file.rewrap' || action === 'file.reencrypt')
    return { kind: 'slots', path: output, slots: slotsOf(details['after']) };
  const planned = textOf(details['planned']);
  return action === 'file.rename' && planned !== null
    ? { kind: 'renamed', from: planned, to: output }
    : null;
};

/** Where the file of a record is now; null if the record does not say. */
export const pathOf = (record: LedgerRecord): string | null => {
  const news = fileNewsOf(record);
  if (news === null || news.kind === 'gone') return null;
  return news.kind === 'renamed' ? news.to : news.path;
};

/** The versions that a rewrap or a re-encryption took away from a file. */
export const leftSlots = ({ action, outcome, details }: LedgerRecord): readonly UsedKey[] => {
  if (outcome !== 'ok' || (action !== 'file.rewrap' && action !== 'file.reencrypt')) return [];
  const after = slotsOf(details['after']);
  return slotsOf(details['before']).filter(
    ({ key, version }) => !after.some((each) => each.key === key && each.version === version),
  );
};

const textOf = (value: Json | undefined): string | null =>
  typeof value === 'string' ? value : null;

const slotsSchema = v.array(v.object({ key: v.string(), version: v.number() }));
const slotsOf = (value: Json | undefined): readonly UsedKey[] => {
  const parsed = v.safeParse(slotsSchema, value);
  return parsed.success ? parsed.output : [];
};

/**
 * A path as a number of 52 bits, which an index takes far less room for: two of a million paths get
 * the same number once in 9,000 vaults.
 */
export const fileNumber = (path: string): number => {
  const digest = createHash('sha256').update(path).digest();
  return digest.readUIntBE(0, 6) * 16 + (digest.readUInt8(6) % 16);
};

/** Actions whose records tell where an encrypted file is. */
export const fileActions = [
  'file.encrypt',
  'file.rewrap',
  'file.reencrypt',
  'file.rename',
] as const;

/** The files that a key opens with another version than this one, as numbers. */
export const readFilesOfOlder = (db: Db, { key, version }: UsedKey): number[] =>
  db.column(
    sql`SELECT DISTINCT file FROM file_slots
      WHERE key = (SELECT id FROM words WHERE word = ${key}) AND version <> ${version}`,
  );

/** Files that a key version opens, by the versions that open them as well. */
export interface SharedFiles {
  readonly files: number;
  readonly others: readonly UsedKey[];
}

const sharedSchema = v.object({ others: v.nullable(v.string()), files: v.number() });

export const readSharedFiles = (db: Db, { key, version }: UsedKey): SharedFiles[] =>
  db
    .all(
      sql`SELECT others, count(*) AS files FROM (
          SELECT (SELECT group_concat(word || '/' || o.version) FROM file_slots o
              JOIN words ON words.id = o.key
              WHERE o.file = s.file AND NOT (o.key = s.key AND o.version = s.version)) AS others
          FROM file_slots s
          WHERE s.key = (SELECT id FROM words WHERE word = ${key}) AND s.version = ${version})
        GROUP BY others`,
      sharedSchema,
    )
    .map(({ others, files }) => ({ files, others: (others ?? '').split(',').flatMap(parsed) }));

const parsed = (slot: string): UsedKey[] => {
  const [key, version] = slot.split('/');
  return key === undefined || version === undefined ? [] : [{ key, version: Number(version) }];
};
