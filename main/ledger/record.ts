import * as words from '../../shared/messages/ledger/records.ts';
import { isUtf8 } from 'node:buffer';
import * as v from 'valibot';
import type { Action } from '../../shared/actions.ts';
import { utcTimeSchema } from '../../shared/time.ts';
import { issueWords, jsonFault, jsonObjectSchema, tooDeepAt } from '../json/index.ts';

/** Longest line, in bytes without its LF: bounds what a reader holds of an untrusted file. */
export const MAX_LINE = 1024 * 1024;

const actorSchema = v.strictObject({
  /** The operating system's user name. */
  user: v.string(),
  host: v.string(),
  /** The program and its version, like claviger/0.1.0. */
  app: v.string(),
  /** The token in use, null where none is. */
  token: v.nullable(v.strictObject({ label: v.string(), serial: v.string() })),
});

const recordSchema = v.strictObject({
  /** 1 for the first record; the leaf index in the tree is one less. */
  seq: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  /** UTC, ISO 8601 with milliseconds. */
  time: utcTimeSchema,
  /** Where the time comes from, like "system". */
  clock: v.string(),
  actor: actorSchema,
  action: v.pipe(v.string(), v.minLength(1)),
  subject: jsonObjectSchema,
  outcome: v.picklist(['ok', 'refused', 'failed']),
  /** Why it was refused or failed: a FailureCode or the like. */
  code: v.optional(v.string()),
  details: jsonObjectSchema,
  /** Of the session in which the line was written; absent in lines written while locked. */
  session: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/))),
  /** The line's number in its session, from 0. */
  n: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  /** The head that the line relies on. */
  base: v.optional(
    v.strictObject({
      size: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
      root: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
    }),
  ),
  mac: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/))),
});

export type Actor = Readonly<v.InferOutput<typeof actorSchema>>;
type Parsed = v.InferOutput<typeof recordSchema>;
/** What shows that a line was written in a session (docs/ledger.md, "Sessions"). */
export interface Mark {
  /** 32 hex digits. */
  readonly session: string;
  readonly n: number;
  readonly base?: { readonly size: number; readonly root: string };
  /** Message authentication code, 32 hex digits. */
  readonly mac: string;
}
export type LedgerRecord = Readonly<Omit<Parsed, 'code' | 'session' | 'n' | 'base' | 'mac'>> & {
  readonly code?: string;
  /** Absent in a line that was written while the vault was locked, or before there were sessions. */
  readonly mark?: Mark;
};
export type MarkedRecord = LedgerRecord & { readonly mark: Mark };
export const isMarked = (record: LedgerRecord): record is MarkedRecord => record.mark !== undefined;
/** What a caller says of an act; the ledger adds who, when and the number. */
export type NewRecord = Omit<
  LedgerRecord,
  'seq' | 'time' | 'clock' | 'actor' | 'action' | 'mark'
> & { readonly action: Action };

/** The bytes of one line of the ledger, with its LF. */
export const encodeRecord = (record: LedgerRecord): Buffer => {
  const line = Buffer.from(`${JSON.stringify(jsonOf(record))}\n`);
  if (line.length > MAX_LINE) throw new Error(`a record of ${line.length} bytes is too long`);
  return line;
};

/** A record with the names and the order that its line has. */
export const jsonOf = (record: LedgerRecord): object => ({ seq: record.seq, ...fieldsOf(record) });

/** What a mark's code is made over: the line as it is written, without `seq` and `mac`. */
export const encodeUnmarked = (record: LedgerRecord, mark: Omit<Mark, 'mac'>): string =>
  JSON.stringify({ ...fieldsOf({ ...record, mark: undefined }), ...markFields(mark) });

const fieldsOf = ({
  time,
  clock,
  actor,
  action,
  subject,
  outcome,
  code,
  details,
  mark,
}: Omit<LedgerRecord, 'mark'> & { readonly mark?: Mark | undefined }): object => ({
  ...{ time, clock, actor, action, subject, outcome },
  ...(code === undefined ? {} : { code }),
  details,
  ...(mark === undefined ? {} : { ...markFields(mark), mac: mark.mac }),
});

const markFields = ({ session, n, base }: Omit<Mark, 'mac'>): object => ({
  session,
  n,
  ...(base === undefined ? {} : { base: { size: base.size, root: base.root } }),
});

export interface LineFault {
  /** Offset in the line of the first byte that is wrong. */
  readonly at: number;
  /** What is wrong, as a sentence. */
  readonly problem: string;
}
export type ParsedLine =
  | { readonly record: LedgerRecord; readonly fault: null }
  | { readonly record: null; readonly fault: LineFault };

const faulty = (at: number, problem: string): ParsedLine => ({
  record: null,
  fault: { at, problem },
});

/** Reads one line, given without its LF. */
export const parseLine = (line: Buffer): ParsedLine => {
  if (line.length > MAX_LINE) return faulty(MAX_LINE, words.lineTooLong);
  const text = line.toString('utf8');
  if (!isUtf8(line)) return faulty(firstDifference(line, Buffer.from(text)), words.notUtf8);
  const deep = tooDeepAt(text);
  if (deep !== null) return faulty(deep, words.tooDeep);
  const json = parseJson(text);
  if (json === undefined) return faulty(jsonFault(text), words.notJson);
  const parsed = v.safeParse(recordSchema, json, { abortEarly: true });
  if (!parsed.success) return faulty(0, words.notARecord(issueWords(parsed.issues[0], 'the line')));
  const record = toRecord(parsed.output);
  return record === null ? faulty(0, words.sessionIncomplete) : { record, fault: null };
};

/** The offset of the first byte in which two pieces differ; their common length if none does. */
export const firstDifference = (a: Uint8Array, b: Uint8Array): number => {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) if (a[at] !== b[at]) return at;
  return length;
};

const toRecord = ({ code, session, n, base, mac, ...rest }: Parsed): LedgerRecord | null => {
  const record = code === undefined ? rest : { ...rest, code };
  if (session !== undefined && n !== undefined && mac !== undefined)
    return { ...record, mark: { session, n, ...(base === undefined ? {} : { base }), mac } };
  return session === undefined && n === undefined && base === undefined && mac === undefined
    ? record
    : null;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
