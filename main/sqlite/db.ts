import type { Database, SqlJsStatic, SqlValue, Statement } from 'sql.js';
import * as v from 'valibot';
import { keystoreRowDamaged } from '../../shared/messages/failures/keystore.ts';
import { issueWords } from '../json/index.ts';

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

const READ_ONLY = 'PRAGMA query_only = ON';

/** A database in memory. Rows are validated when they are read. */
export class Db {
  readonly #sqlJs: SqlJsStatic;
  /** Null once it was retired or closed. */
  #live: Database | null;
  /** The file, once nothing changes it any more. */
  #frozen: Buffer | null = null;

  private constructor(sqlJs: SqlJsStatic, live: Database) {
    this.#sqlJs = sqlJs;
    this.#live = live;
    live.run(PRAGMAS);
  }

  static empty(sqlJs: SqlJsStatic): Db {
    return new Db(sqlJs, new sqlJs.Database());
  }

  /** @throws an Error of SQLite if the image is not a database. */
  static load(sqlJs: SqlJsStatic, image: Uint8Array): Db {
    // SQLite opens an empty file as a healthy empty database.
    if (image.length === 0) throw new Error('the image is empty');
    return new Db(sqlJs, openImage(sqlJs, image));
  }

  /** Returns how many rows were changed. */
  run({ text, values }: Query): number {
    return this.#with((database) => {
      database.run(text, [...values]);
      return database.getRowsModified();
    });
  }

  /** Runs a script of several statements without values. */
  script(text: string): void {
    this.#with((database) => database.exec(text));
  }

  all<S extends v.GenericSchema>({ text, values }: Query, row: S): v.InferOutput<S>[] {
    return this.#with((database) => {
      const statement = database.prepare(text, [...values]);
      try {
        const rows: v.InferOutput<S>[] = [];
        while (statement.step()) rows.push(parseRow(row, statement.getAsObject()));
        return rows;
      } finally {
        statement.free();
      }
    });
  }

  one<S extends v.GenericSchema>(query: Query, row: S): v.InferOutput<S> | null {
    return this.all(query, row)[0] ?? null;
  }

  /** The numbers of a single column, quickly: without an object for each row. */
  column({ text, values }: Query): number[] {
    const [result] = this.#with((database) => database.exec(text, [...values]));
    return (result?.values ?? []).flat().filter((value) => typeof value === 'number');
  }

  /** All of it or nothing. */
  transaction<T>(work: () => T): T {
    return this.#with((database) => {
      database.run('BEGIN');
      try {
        const result = work();
        if (result instanceof Promise) throw new Error('a transaction must not wait');
        database.run('COMMIT');
        return result;
      } catch (error) {
        database.run('ROLLBACK');
        throw error;
      }
    });
  }

  /** Runs one statement many times, as fast as it goes. */
  prepared<T>(text: string, work: (run: (values: SqlValue[]) => void) => T): T {
    return this.#with((database) => {
      const statement = database.prepare(text);
      try {
        return work((values) => statement.run(values));
      } finally {
        statement.free();
      }
    });
  }

  /** Like `prepared`, of several statements by their names. */
  statements<Name extends string, T>(
    texts: Readonly<Record<Name, string>>,
    work: (run: (name: Name, ...values: SqlValue[]) => void) => T,
  ): T {
    return this.#with((database) => {
      const prepared = new Map<string, Statement>();
      try {
        for (const [name, text] of Object.entries<string>(texts))
          prepared.set(name, database.prepare(text));
        return work((name, ...values) => prepared.get(name)?.run(values));
      } finally {
        for (const statement of prepared.values()) statement.free();
      }
    });
  }

  /** From now on every statement that would change data fails. */
  freeze(): void {
    if (this.#frozen !== null) return;
    this.#frozen = this.image();
    this.#with((database) => database.run(READ_ONLY));
  }

  image(): Buffer {
    return this.#frozen ?? Buffer.from(this.#with((database) => database.export()));
  }

  /** Gives SQLite's memory back. A frozen database can still be read: its file is opened for that. */
  retire(): void {
    this.#live?.close();
    this.#live = null;
  }

  close(): void {
    this.retire();
    this.#frozen = null;
  }

  #with<T>(work: (database: Database) => T): T {
    if (this.#live !== null) return work(this.#live);
    if (this.#frozen === null) throw new Error('the database is closed');
    const again = openImage(this.#sqlJs, this.#frozen);
    try {
      again.run(READ_ONLY);
      return work(again);
    } finally {
      again.close();
    }
  }
}

// As a plain Uint8Array: sql.js would use the memory of a Buffer and write into it.
const openImage = (sqlJs: SqlJsStatic, { buffer, byteOffset, length }: Uint8Array): Database =>
  new sqlJs.Database(new Uint8Array(buffer, byteOffset, length));

/** A row of the database, or what one of its values holds. @throws Failure `keystore-damaged` */
export const parseRow = <S extends v.GenericSchema>(schema: S, row: unknown): v.InferOutput<S> => {
  const parsed = v.safeParse(schema, row);
  if (parsed.success) return parsed.output;
  throw keystoreRowDamaged(issueWords(parsed.issues[0], 'the entry'));
};
