import type { Database, SqlJsStatic, SqlValue } from 'sql.js';
import * as v from 'valibot';
import { Failure } from '../../shared/failure.ts';

/** One statement with its values; made by sql`…` only, so that values never become text. */
export interface Query {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

export const sql = (strings: TemplateStringsArray, ...values: SqlValue[]): Query => ({
  text: strings.join('?'),
  values,
});

const PRAGMAS = `
  PRAGMA secure_delete = ON;
  PRAGMA foreign_keys = ON;
  PRAGMA trusted_schema = OFF;
`;

/** A database in memory. Rows are checked on their way out. */
export class Db {
  #database: Database;

  private constructor(database: Database) {
    this.#database = database;
    database.run(PRAGMAS);
  }

  static empty(sqlJs: SqlJsStatic): Db {
    return new Db(new sqlJs.Database());
  }

  /** @throws an Error of SQLite where the image is not a database. */
  static load(sqlJs: SqlJsStatic, image: Uint8Array): Db {
    // SQLite opens an empty file as a healthy empty database.
    if (image.length === 0) throw new Error('the image is empty');
    // As a plain Uint8Array: of a Buffer, sql.js would take the caller's memory and write into it.
    return new Db(new sqlJs.Database(new Uint8Array(image.buffer, image.byteOffset, image.length)));
  }

  /** Returns how many rows were changed. */
  run({ text, values }: Query): number {
    this.#database.run(text, [...values]);
    return this.#database.getRowsModified();
  }

  /** Runs a script of several statements without values. */
  script(text: string): void {
    this.#database.exec(text);
  }

  all<S extends v.GenericSchema>({ text, values }: Query, row: S): v.InferOutput<S>[] {
    const statement = this.#database.prepare(text, [...values]);
    try {
      const rows: v.InferOutput<S>[] = [];
      while (statement.step()) rows.push(parseRow(row, statement.getAsObject()));
      return rows;
    } finally {
      statement.free();
    }
  }

  one<S extends v.GenericSchema>(query: Query, row: S): v.InferOutput<S> | null {
    return this.all(query, row)[0] ?? null;
  }

  /** The numbers of a single column, quickly: without an object for each row. */
  column({ text, values }: Query): number[] {
    const [result] = this.#database.exec(text, [...values]);
    return (result?.values ?? []).flat().filter((value) => typeof value === 'number');
  }

  /** All of it or nothing. */
  transaction<T>(work: () => T): T {
    this.#database.run('BEGIN');
    try {
      const result = work();
      if (result instanceof Promise) throw new Error('a transaction must not wait');
      this.#database.run('COMMIT');
      return result;
    } catch (error) {
      this.#database.run('ROLLBACK');
      throw error;
    }
  }

  /** Runs one statement many times, as fast as it goes. */
  prepared<T>(text: string, work: (run: (values: SqlValue[]) => void) => T): T {
    const statement = this.#database.prepare(text);
    try {
      return work((values) => statement.run(values));
    } finally {
      statement.free();
    }
  }

  /** From now on every statement that would change something fails. */
  freeze(): void {
    this.#database.run('PRAGMA query_only = ON');
  }

  image(): Buffer {
    return Buffer.from(this.#database.export());
  }

  /** Takes over the content of another database, which must not be used any more. */
  adopt(other: Db): void {
    const old = this.#database;
    this.#database = other.#database;
    old.close();
  }

  close(): void {
    this.#database.close();
  }
}

const parseRow = <S extends v.GenericSchema>(schema: S, row: unknown): v.InferOutput<S> => {
  const parsed = v.safeParse(schema, row);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new Failure('keystore-damaged', 'A row of the keystore is not what it should be.', {
    unharmed: 'Nothing was changed.',
    next: 'Restore the vault from a copy.',
    detail: `${v.getDotPath(issue) ?? 'row'}: ${issue.message}`,
  });
};
