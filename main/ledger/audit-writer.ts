import { sql, type Db } from '../keystore/db.ts';
import { readWords } from './audit-schema.ts';
import type { Json, LedgerRecord } from './record.ts';

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

/** Puts lines into the index; one for each database. */
export class AuditWriter {
  readonly #db: Db;
  readonly #words: Map<string, number>;

  constructor(db: Db) {
    this.#db = db;
    this.#words = readWords(db);
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
