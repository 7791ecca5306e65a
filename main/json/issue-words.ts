import * as v from 'valibot';
import * as words from '../../shared/messages/json.ts';
import { printable } from '../../shared/printable.ts';

/** Describes what is wrong with a document. `whole` names the document itself. */
export const issueWords = (issue: v.BaseIssue<unknown>, whole: string): string => {
  const place = printable(v.getDotPath(issue) ?? whole);
  if (issue.expected === 'never') return words.notAllowed(place);
  if (issue.received === 'undefined') return words.missing(place);
  if (issue.message.startsWith('must ')) return words.breaksRule(place, issue.message);
  const found = foundWords(issue.input);
  const wanted = wantedWords(issue);
  return wanted === null ? words.otherForm(place, found) : words.notWanted(place, wanted, found);
};

const KINDS: Readonly<Record<string, string>> = {
  string: words.kinds.text,
  number: words.kinds.number,
  boolean: words.kinds.yesOrNo,
  array: words.kinds.list,
  object: words.kinds.object,
  loose_object: words.kinds.object,
  strict_object: words.kinds.object,
  record: words.kinds.object,
  null: words.kinds.nothing,
  parse_json: words.kinds.json,
  integer: words.kinds.wholeNumber,
  safe_integer: words.kinds.wholeNumber,
};

const wantedWords = (issue: v.BaseIssue<unknown>): string | null => {
  const { type, expected, requirement } = issue;
  if (type === 'min_value') return words.atLeast(String(requirement));
  if (type === 'max_value') return words.atMost(String(requirement));
  if ((type === 'picklist' || type === 'literal' || type === 'variant') && expected !== null)
    return words.oneOf(choicesIn(expected));
  return KINDS[type] ?? null;
};

/** Valibot names choices like ("ok" | "failed"). */
const choicesIn = (expected: string): string[] =>
  expected
    .replace(/^\((.*)\)$/, '$1')
    .split(' | ')
    .map((choice) => choice.replace(/^"(.*)"$/, (_, text: string) => words.quoted(text)));

const LONGEST_SHOWN = 60;

const foundWords = (value: unknown): string => {
  if (Array.isArray(value)) return words.kinds.list;
  if (typeof value === 'object' && value !== null) return words.kinds.object;
  const text = String(value);
  const short = printable(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text);
  return typeof value === 'string' ? words.quoted(short) : short;
};
