import { digestAlgorithms, digestIn } from '../../shared/file-digest.ts';
import { actions } from '../../shared/actions.ts';
import { actionName } from '../../shared/messages/actions.ts';
import * as words from '../../shared/messages/reports/document.ts';
import { settingChanges } from '../../shared/messages/setting-changes.ts';
import { n } from '../../shared/numbers.ts';
import type { Json, JsonObject } from '../json/index.ts';
import type { LedgerRecord } from '../ledger/index.ts';
import { keyNamesOf, keysOf, type NamedKey } from './key-names.ts';
import type { ReportStatement } from './report.ts';
import { valueName } from './value-names.ts';

/** Numbers, times and names as a report says them. */

/** 2026-11-20T12:58:02.123Z as 2026-11-20 12:58:02 UTC. */
export const moment = (time: string): string => `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`;

export const dayOf = (time: string): string => time.slice(0, 10);
export const clockOf = (time: string): string => time.slice(11, 19);

/** Hex digits in groups of four, `perLine` groups to a line. */
export const grouped = (hex: string, perLine = 8): string[] => {
  const groups = hex.match(/.{1,4}/g) ?? [];
  return Array.from({ length: Math.ceil(groups.length / perLine) }, (_, line) =>
    groups.slice(line * perLine, (line + 1) * perLine).join(' '),
  );
};

export const rangeWords = ({ range, counts }: ReportStatement): string =>
  counts.searched === 0 ? words.none : words.range(range.first, range.last);

/** Whether anything of the range was left out, as a sentence. */
export const completeness = ({ counts }: ReportStatement): string => {
  if (counts.searched === 0) return words.completeness.empty;
  if (counts.omitted === 0) return words.completeness.complete;
  return words.completeness.filtered(counts.omitted);
};

export const filterWords = (statement: ReportStatement): string => {
  const { filter } = statement;
  const keys = keyNamesOf(statement);
  const parts = Object.entries(words.filterNames).flatMap(([name, word]) => {
    const value = filter[name as keyof typeof words.filterNames];
    if (value === undefined) return [];
    return [`${word} ${askedFor(name as keyof typeof words.filterNames, value, keys)}`];
  });
  return parts.length === 0 ? words.none : parts.join(', ');
};

const askedFor = (
  name: keyof typeof words.filterNames,
  value: string,
  keys: ReadonlyMap<string, string>,
): string => {
  switch (name) {
    case 'since':
    case 'until':
      return moment(value);
    case 'key':
      return keys.get(value) ?? shortId(value);
    case 'batch':
      return shortId(value);
    case 'action':
      return actionWords(value);
    case 'outcome':
      return words.outcomeNames[value as keyof typeof words.outcomeNames];
    case 'user':
      return value;
  }
};

/** The names of actions and groups, like `key.create,token.`; empty groups are left out. */
const actionWords = (asked: string): string => {
  const named = asked
    .split(',')
    .flatMap((each) =>
      each.endsWith('.') ? actions.filter((action) => action.startsWith(each)) : [each],
    );
  return named.length === 0 ? asked : named.map(actionName).join(', ');
};

/** What a record is about. */
export interface About {
  /** A name or a path; empty where the record has none. */
  readonly name: string;
  /** IDs, sizes and details, the most important first. */
  readonly facts: string;
  /** Of an encrypted file, hex; empty where there is none. */
  readonly digest: string;
}

// Shown elsewhere in the row, useful only to the program, or too long for paper.
const unsaid: ReadonlySet<string> = new Set([
  'name',
  'input',
  'output',
  'cause',
  'key',
  'keys',
  'version',
  'kcv',
  'bytes',
  'encryptedBytes',
  ...digestAlgorithms,
  'keystore',
  'file',
  'vault',
]);

/** @param names of keys, by id */
export const aboutRecord = (record: LedgerRecord, names: ReadonlyMap<string, string>): About => {
  const { action, subject, details } = record;
  const { bytes } = details;
  const facts = [
    textOf(details['cause']),
    keyWords(keysOf(record), names),
    typeof bytes === 'number' ? words.record.bytes(bytes) : '',
    ...factsOf(subject),
    ...(action === 'settings.change' ? settingChanges(details) : factsOf(details)),
  ];
  return {
    name: textOf(subject['name']) || textOf(subject['input']) || textOf(subject['output']),
    facts: facts
      .filter((fact) => fact !== '')
      .map(kept)
      .join(' · '),
    digest: digestText(details),
  };
};

/** Plain SHA-256 is not named: nearly all files have it. */
const digestText = (details: LedgerRecord['details']): string => {
  const digest = digestIn(details);
  if (digest === null) return textOf(details['sha256']);
  return digest.algorithm === 'sha256' ? digest.hex : `${digest.algorithm} ${digest.hex}`;
};

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

const keyWords = (keys: readonly NamedKey[], names: ReadonlyMap<string, string>): string => {
  if (keys.length === 0) return '';
  const named = keys.map(
    ({ id, version }) => `${names.get(id) ?? shortId(id)}${version === null ? '' : ` v${version}`}`,
  );
  return words.record.keys(keys.length, named.join(', '));
};

const factsOf = (object: JsonObject): string[] =>
  Object.entries(object).flatMap(([field, value]) => {
    const said = unsaid.has(field) ? null : (valueName(field, value) ?? factOf(value));
    return said === null ? [] : [`${wordsOf(field)} ${said}`];
  });

const LONGEST_KEPT = 32;

/** Short facts stay on one line. */
const kept = (fact: string): string =>
  fact.length > LONGEST_KEPT ? fact : fact.replaceAll(' ', '\u00a0');

/** Null if it would need a table: then it is only in the JSON. */
const factOf = (value: Json): string | null => {
  if (value === null) return words.none;
  if (typeof value === 'number') return n(value);
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (typeof value === 'string') return isHex(value) ? shortId(value) : value;
  if (!isList(value)) return rangeOf(value);
  return value.length === 0 ? words.none : n(value.length);
};

/** A range of records, like those that were made while the vault was locked. */
const rangeOf = ({ first, last }: JsonObject): string | null =>
  typeof first === 'number' && typeof last === 'number' ? words.range(first, last) : null;

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

const isHex = (text: string): boolean => /^[0-9a-f]{16,}$/.test(text);

/** Enough digits to find it again; ids stand in full where they are listed. */
export const shortId = (hex: string): string => `${hex.slice(0, 8)}…`;

/** `encryptedBytes` as `encrypted bytes`. */
const wordsOf = (field: string): string =>
  field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
