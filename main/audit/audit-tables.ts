import type { SqlJsStatic } from 'sql.js';
import { type Ledger, readLines } from '../ledger/index.ts';
import { Db } from '../sqlite/index.ts';
import type { StoreReader } from '../store/index.ts';
import { recordOf } from './audit-lines.ts';
import {
  createAuditIndexes,
  createAuditTables,
  readProgress,
  writeProgress,
  type IndexProgress,
} from './audit-schema.ts';
import { AuditWriter, type IndexedLine } from './audit-writer.ts';
import type { IndexCache, IndexedLedger } from './index-cache.ts';

/** Saving is worth it only if reading the file is faster than reading this many lines again. */
const WORTH_SAVING = 1000;
/** Lines put into the index at once; bounds how long the main process is kept busy. */
const PORTION = 2000;

export interface IndexContext {
  readonly sqlJs: SqlJsStatic;
  /** Where the search index is saved between two openings; without it, it is not saved. */
  readonly indexCache?: IndexCache | undefined;
}

/**
 * The tables of the search index: loaded from the user's cache or started empty, and brought up to
 * date with the ledger. A saved index is used only if it was built from exactly these records.
 */
export class AuditTables {
  readonly db: Db;
  readonly #writer: AuditWriter;
  readonly #context: IndexContext;
  readonly #store: StoreReader;
  readonly #ledger: Ledger;
  readonly #saved: number;
  #progress: IndexProgress;
  #hasIndexes = false;

  private constructor(
    { db, progress }: Loaded,
    context: IndexContext,
    store: StoreReader,
    ledger: Ledger,
  ) {
    this.db = db;
    this.#context = context;
    this.#writer = new AuditWriter(db);
    this.#progress = progress;
    this.#saved = progress.size;
    this.#store = store;
    this.#ledger = ledger;
  }

  static async open(
    context: IndexContext,
    store: StoreReader,
    ledger: Ledger,
  ): Promise<AuditTables> {
    const loaded = (await loadSaved(context, ledger)) ?? begin(context);
    return new AuditTables(loaded, context, store, ledger);
  }

  /** Length in bytes of the part of the ledger that is in the tables. */
  get bytes(): number {
    return this.#progress.bytes;
  }

  /** Adds all records that are durable now. @throws Failure 'ledger-damaged' */
  async catchUp(): Promise<void> {
    const range = { from: this.bytes, to: this.#ledger.bytes };
    let portion: IndexedLine[] = [];
    await readLines(this.#store, range, (line, start) => {
      portion.push({ record: recordOf(line), start, length: line.length });
      if (portion.length < PORTION) return;
      this.#add(portion);
      portion = [];
    });
    this.#add(portion);
    if (!this.#hasIndexes) await createAuditIndexes(this.db);
    this.#hasIndexes = true;
  }

  /** Saves it for the next start, if many records were added since it was read. */
  async saveIfWorth(): Promise<void> {
    const { indexCache } = this.#context;
    const which = indexedLedger(this.#ledger);
    if (this.#progress.size - this.#saved < WORTH_SAVING || which === null) return;
    await indexCache?.write(which, this.db.image());
  }

  #add(lines: readonly IndexedLine[]): void {
    const last = lines.at(-1);
    if (last === undefined) return;
    const size = last.record.seq;
    const root = this.#ledger.tree.root(size).toString('hex');
    const progress = { size, bytes: last.start + last.length + 1, root };
    this.db.transaction(() => {
      this.#writer.add(lines);
      writeProgress(this.db, progress);
    });
    this.#progress = progress;
  }
}

interface Loaded {
  readonly db: Db;
  readonly progress: IndexProgress;
}

const begin = ({ sqlJs }: IndexContext): Loaded => {
  const db = Db.empty(sqlJs);
  createAuditTables(db);
  return { db, progress: { size: 0, bytes: 0, root: '' } };
};

const loadSaved = async (
  { sqlJs, indexCache }: IndexContext,
  ledger: Ledger,
): Promise<Loaded | null> => {
  const which = indexedLedger(ledger);
  const image = which === null ? null : ((await indexCache?.read(which)) ?? null);
  if (image === null) return null;
  const db = Db.load(sqlJs, image);
  const progress = readProgress(db);
  if (progress !== null && isOf(ledger, progress)) return { db, progress };
  db.close();
  return null;
};

const isOf = ({ tree }: Ledger, { size, root }: IndexProgress): boolean =>
  size <= tree.size && tree.root(size).toString('hex') === root;

const indexedLedger = ({ facts }: Ledger): IndexedLedger | null =>
  facts.vaultId === null ? null : { vault: facts.vaultId, epoch: facts.epoch };
