import type { SqlJsStatic } from 'sql.js';
import { Failure } from '../../shared/failure.ts';
import { keystoreUnreadable } from '../../shared/messages/failures/keystore.ts';
import { Db } from '../sqlite/index.ts';
import { BatchRepository } from './batches.ts';
import { KeyRepository, type KeyReader } from './keys.ts';
import { MasterRepository } from './masters.ts';
import { MetaRepository } from './meta.ts';
import { applyMigrations, pendingMigrations, type Migration } from './migrate.ts';
import { SealRepository } from './seals.ts';

/** Everything a change may touch. */
export interface Tables {
  readonly meta: MetaRepository;
  readonly masters: MasterRepository;
  readonly keys: KeyRepository;
  readonly seals: SealRepository;
  readonly batches: BatchRepository;
}

/** The committed state, read-only. */
export interface ReadTables {
  readonly meta: Omit<MetaRepository, 'set'>;
  readonly masters: Pick<MasterRepository, 'find'>;
  readonly keys: KeyReader;
  readonly seals: Pick<SealRepository, 'reserved'>;
  readonly batches: Pick<BatchRepository, 'find' | 'list'>;
}

/**
 * The keystore in memory: always the committed state, which is read-only. A change is made in a
 * draft, a copy that either replaces this one or is discarded. So no reader ever sees what is not
 * yet on disk.
 */
export class Keystore {
  readonly #sqlJs: SqlJsStatic;
  #db: Db;
  #tables: Tables;

  private constructor(sqlJs: SqlJsStatic, db: Db) {
    this.#sqlJs = sqlJs;
    this.#db = db;
    this.#tables = {
      meta: new MetaRepository(db),
      masters: new MasterRepository(db),
      keys: new KeyRepository(db),
      seals: new SealRepository(db),
      batches: new BatchRepository(db),
    };
  }

  /** A snapshot: it keeps this state even after the next one was committed. */
  get tables(): Tables {
    return this.#tables;
  }

  /** A draft without any table. */
  static empty(sqlJs: SqlJsStatic): Keystore {
    return new Keystore(sqlJs, Db.empty(sqlJs));
  }

  /** @throws Failure 'keystore-damaged' */
  static load(
    sqlJs: SqlJsStatic,
    image: Uint8Array,
    migrations: readonly Migration[],
  ): { keystore: Keystore; pending: readonly Migration[] } {
    const db = loadDb(sqlJs, image);
    try {
      const pending = readMigrations(db, migrations);
      db.freeze();
      return { keystore: new Keystore(sqlJs, db), pending };
    } catch (error) {
      db.close();
      throw error;
    }
  }

  draft(): Keystore {
    return new Keystore(this.#sqlJs, Db.load(this.#sqlJs, this.#db.image()));
  }

  change<T>(work: (tables: Tables) => T): T {
    return this.#db.transaction(() => work(this.tables));
  }

  migrate(pending: readonly Migration[]): void {
    this.#db.transaction(() => applyMigrations(this.#db, pending));
  }

  /** The bytes of the SQLite file. */
  image(): Buffer {
    return this.#db.image();
  }

  /** Makes the draft the committed state; the draft must no longer be used. */
  adopt(draft: Keystore): void {
    draft.#db.freeze();
    this.#db.retire();
    this.#db = draft.#db;
    this.#tables = draft.#tables;
  }

  close(): void {
    this.#db.close();
  }
}

const loadDb = (sqlJs: SqlJsStatic, image: Uint8Array): Db => {
  try {
    return Db.load(sqlJs, image);
  } catch (error) {
    throw keystoreUnreadable(wordsOf(error));
  }
};

const readMigrations = (db: Db, known: readonly Migration[]): readonly Migration[] => {
  try {
    return pendingMigrations(db, known);
  } catch (error) {
    throw error instanceof Failure ? error : keystoreUnreadable(wordsOf(error));
  }
};

const wordsOf = (error: unknown): string | null => (error instanceof Error ? error.message : null);
