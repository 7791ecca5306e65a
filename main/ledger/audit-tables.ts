import type { SqlJsStatic } from 'sql.js';
import { Db } from '../keystore/db.ts';
import { vaultFiles } from '../vault/files.ts';
import { sha256 } from '../vault/sha256.ts';
import type { Storage } from '../vault/storage.ts';
import { recordOf } from './audit-lines.ts';
import {
  createAuditIndexes,
  createAuditTables,
  readProgress,
  writeProgress,
  type IndexProgress,
} from './audit-schema.ts';
import { AuditWriter, type IndexedLine } from './audit-writer.ts';
import { vaultActions } from './facts.ts';
import type { Ledger } from './ledger.ts';
import { readLines } from './lines.ts';

/** Saving pays only when reading the file is quicker than reading this many lines again. */
const WORTH_SAVING = 1000;
/** Lines put into the index at once; bounds how long the main process is kept busy. */
const PORTION = 2000;

/**
 * The tables of the search index: loaded, or begun anew, and brought level with the ledger. A saved
 * file counts only if the ledger names its SHA-256, because a changed one could hide records;
 * anything else is silently built again.
 */
export class AuditTables {
  readonly db: Db;
  readonly #writer: AuditWriter;
  readonly #storage: Storage;
  readonly #ledger: Ledger;
  readonly #saved: number;
  #progress: IndexProgress;
  #hasIndexes = false;

  private constructor({ db, progress }: Loaded, storage: Storage, ledger: Ledger) {
    this.db = db;
    this.#writer = new AuditWriter(db);
    this.#progress = progress;
    this.#saved = progress.size;
    this.#storage = storage;
    this.#ledger = ledger;
  }

  static async open(sqlJs: SqlJsStatic, storage: Storage, ledger: Ledger): Promise<AuditTables> {
    const loaded = (await loadSaved(sqlJs, storage, ledger)) ?? begin(sqlJs);
    return new AuditTables(loaded, storage, ledger);
  }

  /** Length in bytes of the part of the ledger that is in the tables. */
  get bytes(): number {
    return this.#progress.bytes;
  }

  /** Takes in what is durable in the ledger now. @throws Failure 'ledger-damaged' */
  async catchUp(): Promise<void> {
    const range = { from: this.bytes, to: this.#ledger.bytes };
    let portion: IndexedLine[] = [];
    await readLines(this.#storage, vaultFiles.ledger, range, (line, start) => {
      portion.push({ record: recordOf(line), start, length: line.length });
      if (portion.length < PORTION) return;
      this.#add(portion);
      portion = [];
    });
    this.#add(portion);
    if (!this.#hasIndexes) await createAuditIndexes(this.db);
    this.#hasIndexes = true;
  }

  /** Writes the file and records its SHA-256, where much has come since it was read. */
  async saveIfWorth(): Promise<void> {
    const { size } = this.#progress;
    if (size - this.#saved < WORTH_SAVING) return;
    const image = this.db.image();
    await this.#storage.writeSynced(vaultFiles.auditIndex, image);
    await this.#storage.syncFolder();
    const details = { sha256: sha256(image), size };
    const action = vaultActions.auditIndex;
    await this.#ledger.append([{ action, subject: {}, outcome: 'ok', details }]);
  }

  #add(lines: readonly IndexedLine[]): void {
    const last = lines.at(-1);
    if (last === undefined) return;
    const progress = { size: last.record.seq, bytes: last.start + last.length + 1 };
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

const begin = (sqlJs: SqlJsStatic): Loaded => {
  const db = Db.empty(sqlJs);
  createAuditTables(db);
  return { db, progress: { size: 0, bytes: 0 } };
};

const loadSaved = async (
  sqlJs: SqlJsStatic,
  storage: Storage,
  ledger: Ledger,
): Promise<Loaded | null> => {
  if (ledger.facts.auditIndex === null) return null;
  const image = await storage.read(vaultFiles.auditIndex).catch(() => null);
  if (image === null || sha256(image) !== ledger.facts.auditIndex) return null;
  const db = Db.load(sqlJs, image);
  const progress = readProgress(db);
  if (progress !== null) return { db, progress };
  db.close();
  return null;
};
