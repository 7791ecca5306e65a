import type { Json } from '../json/index.ts';
import type { LedgerRecord } from '../ledger/index.ts';
import { type Db, sql } from '../sqlite/index.ts';
import { readWords } from './audit-schema.ts';
import { isProcessing, QUARTER_MS, refusedKeys, usedKeys } from './audit-use.ts';
import { FileWriter } from './file-writer.ts';
import { fileNewsOf, leftSlots } from './known-files.ts';

export interface IndexedLine {
  readonly record: LedgerRecord;
  /** Offset of the line in the ledger, in bytes. */
  readonly start: number;
  /** Length of the line without its LF. */
  readonly length: number;
}

/** Key ids and batch ids by which a record is found: subject.key, subject.keys, subject.batch. */
const mentionsOf = ({ subject }: LedgerRecord): readonly string[] => {
  const { key, keys, batch } = subject;
  const several: readonly Json[] = Array.isArray(keys) ? keys : [];
  return [...new Set([key, batch, ...several])].filter((each) => typeof each === 'string');
};

const ADD_USE = `INSERT INTO uses (key, version, last) VALUES (?, ?, ?)
  ON CONFLICT (key, version) DO UPDATE SET last = max(last, excluded.last)`;
const ADD_MOVED = `INSERT INTO uses (key, version, moved) VALUES (?, ?, 1)
  ON CONFLICT (key, version) DO UPDATE SET moved = moved + 1`;
const ADD_REFUSAL = `INSERT INTO refusals (key, version, times, last) VALUES (?, ?, 1, ?)
  ON CONFLICT (key, version) DO UPDATE SET times = times + 1, last = max(last, excluded.last)`;
const ADD_ACTIVITY = `INSERT INTO quarters (quarter, action, outcome, records) VALUES (?, ?, ?, 1)
  ON CONFLICT (quarter, action, outcome) DO UPDATE SET records = records + 1`;

/** Puts lines into the index; one for each database. */
export class AuditWriter {
  readonly #db: Db;
  readonly #words: Map<string, number>;
  readonly #files: FileWriter;

  constructor(db: Db) {
    this.#db = db;
    this.#words = readWords(db);
    this.#files = new FileWriter(db, (word) => this.#word(word));
  }

  /** The caller has put a transaction around it. */
  add(lines: readonly IndexedLine[]): void {
    this.#db.prepared('INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)', (insert) => {
      for (const { record, start, length } of lines) {
        const time = Date.parse(record.time);
        const [action, outcome] = [this.#word(record.action), this.#word(record.outcome)];
        insert([record.seq, start, length, time, action, outcome]);
      }
    });
    this.#db.prepared('INSERT INTO mentions VALUES (?, ?)', (insert) => {
      for (const { record } of lines)
        for (const word of mentionsOf(record)) insert([this.#word(word), record.seq]);
    });
    const records = lines.map(({ record }) => record);
    this.#addFiles(records);
    this.#addRefusals(records.filter(({ outcome }) => outcome === 'refused'));
    const processed = records.filter(isProcessing);
    if (processed.length === 0) return;
    this.#addUses(processed);
    this.#addActivity(processed);
  }

  /** One record after the other: a later one about the same file counts. */
  #addFiles(records: readonly LedgerRecord[]): void {
    const all = records.flatMap((record) => fileNewsOf(record) ?? []);
    if (all.length > 0) this.#files.add(all);
    const left = records.flatMap((record) => leftSlots(record));
    this.#db.prepared(ADD_MOVED, (insert) => {
      for (const { key, version } of left) insert([this.#word(key), version]);
    });
  }

  #addUses(records: readonly LedgerRecord[]): void {
    this.#db.prepared(ADD_USE, (insert) => {
      for (const record of records)
        for (const { key, version } of usedKeys(record)) {
          insert([this.#word(key), version, Date.parse(record.time)]);
        }
    });
  }

  #addRefusals(records: readonly LedgerRecord[]): void {
    if (records.length === 0) return;
    this.#db.prepared(ADD_REFUSAL, (insert) => {
      for (const record of records)
        for (const { key, version } of refusedKeys(record)) {
          insert([this.#word(key), version, Date.parse(record.time)]);
        }
    });
  }

  #addActivity(records: readonly LedgerRecord[]): void {
    this.#db.prepared(ADD_ACTIVITY, (insert) => {
      for (const { time, action, outcome } of records) {
        const quarter = Math.floor(Date.parse(time) / QUARTER_MS);
        insert([quarter, this.#word(action), this.#word(outcome)]);
      }
    });
  }

  #word(word: string): number {
    const known = this.#words.get(word);
    if (known !== undefined) return known;
    const id = this.#words.size + 1;
    this.#db.run(sql`INSERT INTO words (id, word) VALUES (${id}, ${word})`);
    this.#words.set(word, id);
    return id;
  }
}
