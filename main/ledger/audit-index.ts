import type { SqlJsStatic } from 'sql.js';
import { Failure } from '../../shared/failure.ts';
import { Db } from '../keystore/db.ts';
import { vaultFiles } from '../vault/files.ts';
import { sha256 } from '../vault/sha256.ts';
import type { Storage } from '../vault/storage.ts';
import {
  boundsOf,
  candidates,
  countRecords,
  findPlaces,
  holdsText,
  placesOf,
  type AuditFilter,
  type AuditSelection,
  type Place,
} from './audit-query.ts';
import {
  createAuditIndexes,
  createAuditTables,
  readProgress,
  writeProgress,
  type IndexProgress,
} from './audit-schema.ts';
import {
  readActions,
  readActivity,
  readUses,
  type FileActivity,
  type KeyUse,
} from './audit-use.ts';
import { AuditWriter, type IndexedLine } from './audit-writer.ts';
import { vaultActions } from './facts.ts';
import type { Ledger } from './ledger.ts';
import { readLines } from './lines.ts';
import { parseLine, type LedgerRecord } from './record.ts';

/** Saving pays only when reading the file is quicker than reading this many lines again. */
const WORTH_SAVING = 1000;
/** Lines put into the index at once; bounds how long the main process is kept busy. */
const PORTION = 2000;

export interface AuditLine {
  readonly record: LedgerRecord;
  /** The exact text of the line in the ledger. */
  readonly line: string;
}

/** Both ends belong to it; last = first − 1 where it is empty. */
export interface AuditRange {
  readonly first: number;
  readonly last: number;
}

export interface AuditSelected {
  readonly range: AuditRange;
  /** Oldest first. */
  readonly lines: readonly AuditLine[];
}

export interface AuditPage {
  /** Newest first. */
  readonly lines: readonly AuditLine[];
  /** How many records fit the filter altogether. */
  readonly total: number;
}

/**
 * The search index over the ledger. It holds places, not records: what is shown is always read
 * from the ledger. A saved index counts only if the ledger names its SHA-256, because a changed
 * one could hide records; anything else is silently built again.
 */
export class AuditIndex {
  readonly #db: Db;
  readonly #writer: AuditWriter;
  readonly #storage: Storage;
  readonly #ledger: Ledger;
  readonly #saved: number;
  #progress: IndexProgress;
  #hasIndexes = false;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(db: Db, progress: IndexProgress, storage: Storage, ledger: Ledger) {
    this.#db = db;
    this.#writer = new AuditWriter(db);
    this.#progress = progress;
    this.#saved = progress.size;
    this.#storage = storage;
    this.#ledger = ledger;
  }

  static async open(sqlJs: SqlJsStatic, storage: Storage, ledger: Ledger): Promise<AuditIndex> {
    const { db, progress } = (await loadSaved(sqlJs, storage, ledger)) ?? newIndex(sqlJs);
    const index = new AuditIndex(db, progress, storage, ledger);
    await index.#run(() => index.#catchUp());
    return index;
  }

  /** Looks at everything that is in the ledger at this moment. */
  query(filter: AuditFilter): Promise<AuditPage> {
    return this.#current(() =>
      filter.text === undefined || filter.text === ''
        ? this.#byIndex(filter)
        : this.#byText(filter, filter.text.toLowerCase()),
    );
  }

  /** One record; null where the ledger has none of this number. */
  record(seq: number): Promise<AuditLine | null> {
    return this.#current(async () => (await this.#linesAt(placesOf(this.#db, [seq])))[0] ?? null);
  }

  /** Every action that occurs in the ledger. */
  actions(): Promise<readonly string[]> {
    return this.#current(() => readActions(this.#db));
  }

  /** How the keys were used. */
  uses(): Promise<readonly KeyUse[]> {
    return this.#current(() => readUses(this.#db));
  }

  /** How many files were processed since then. */
  activity(sinceMs: number): Promise<readonly FileActivity[]> {
    return this.#current(() => readActivity(this.#db, sinceMs));
  }

  /**
   * Every record that fits, oldest first, read in one pass; of the first `size` records. With
   * the first and the last record of the time that is asked for.
   */
  async select(filter: AuditSelection, size: number): Promise<AuditSelected> {
    const lines: AuditLine[] = [];
    const range = await this.visit(filter, size, (line) => void lines.push(line));
    return { range, lines };
  }

  /** Like `select`, but shows one record after the other and keeps none. */
  visit(
    filter: AuditSelection,
    size: number,
    look: (line: AuditLine) => void,
  ): Promise<AuditRange> {
    return this.#run(async () => {
      await this.#catchUp();
      const { since, until } = filter;
      const time = { ...(since && { since }), ...(until && { until }) };
      const bounds = boundsOf(this.#db, time);
      const first = bounds.first ?? size + 1;
      const last = Math.min(bounds.last ?? size, size);
      const range = { first: Math.min(first, last + 1), last };
      const fitting = candidates(this.#db, filter);
      await this.#lookAt(range, fitting && new Set(fitting), look);
      return range;
    });
  }

  /** One record as it is in the ledger; null where there is no such record yet. */
  line(seq: number): Promise<AuditLine | null> {
    return this.#run(async () => {
      await this.#catchUp();
      const [line = null] = await this.#linesAt(placesOf(this.#db, [seq]));
      return line;
    });
  }

  async #lookAt(
    range: AuditRange,
    wanted: ReadonlySet<number> | null,
    look: (line: AuditLine) => void,
  ): Promise<void> {
    const [from] = placesOf(this.#db, [range.first]);
    if (from === undefined || range.last < range.first) return;
    const end = placesOf(this.#db, [range.last]).map(({ start, length }) => start + length + 1);
    const to = end[0] ?? this.#progress.bytes;
    let seq = range.first - 1;
    await readLines(this.#storage, vaultFiles.ledger, { from: from.start, to }, (line) => {
      seq += 1;
      if (wanted?.has(seq) !== false) look(auditLine(line));
    });
  }

  /** Saves the index where that is allowed and worth it, and records its SHA-256. */
  close({ save }: { readonly save: boolean }): Promise<void> {
    return this.#run(async () => {
      try {
        if (save && this.#progress.size - this.#saved >= WORTH_SAVING) await this.#save();
      } finally {
        this.#db.close();
      }
    });
  }

  async #save(): Promise<void> {
    const image = this.#db.image();
    await this.#storage.writeSynced(vaultFiles.auditIndex, image);
    await this.#storage.syncFolder();
    const details = { sha256: sha256(image), size: this.#progress.size };
    const action = vaultActions.auditIndex;
    await this.#ledger.append([{ action, subject: {}, outcome: 'ok', details }]);
  }

  async #catchUp(): Promise<void> {
    const { bytes: from } = this.#progress;
    const to = this.#ledger.bytes;
    let portion: IndexedLine[] = [];
    await readLines(this.#storage, vaultFiles.ledger, { from, to }, (line, start) => {
      portion.push({ record: recordOf(line), start, length: line.length });
      if (portion.length < PORTION) return;
      this.#add(portion);
      portion = [];
    });
    this.#add(portion);
    if (!this.#hasIndexes) await createAuditIndexes(this.#db);
    this.#hasIndexes = true;
  }

  #add(lines: readonly IndexedLine[]): void {
    const last = lines.at(-1);
    if (last === undefined) return;
    const progress = { size: last.record.seq, bytes: last.start + last.length + 1 };
    this.#db.transaction(() => {
      this.#writer.add(lines);
      writeProgress(this.#db, progress);
    });
    this.#progress = progress;
  }

  async #byIndex(filter: AuditFilter): Promise<AuditPage> {
    const lines = await this.#linesAt(findPlaces(this.#db, filter));
    return { lines, total: countRecords(this.#db, filter) };
  }

  /** Reads through the ledger: an index of all words would be larger than the ledger. */
  async #byText(filter: AuditFilter, text: string): Promise<AuditPage> {
    const fitting = candidates(this.#db, filter);
    const found: number[] = [];
    const inJson = JSON.stringify(text).slice(1, -1);
    const range = { from: 0, to: this.#progress.bytes };
    let [seq, next] = [0, 0];
    await readLines(this.#storage, vaultFiles.ledger, range, (line) => {
      seq += 1;
      if (fitting !== null && fitting[next] !== seq) return;
      next += 1;
      // The whole line first, because parsing every line takes far longer.
      if (!line.toString('utf8').toLowerCase().includes(inJson)) return;
      if (holdsText(recordOf(line), text)) found.push(seq);
    });
    const { limit, offset = 0 } = filter;
    const page = found.toReversed().slice(offset, offset + limit);
    return { lines: await this.#linesAt(placesOf(this.#db, page)), total: found.length };
  }

  async #linesAt(places: readonly Place[]): Promise<AuditLine[]> {
    const lines: AuditLine[] = [];
    for (const { start, length } of places)
      lines.push(auditLine(await this.#storage.readAt(vaultFiles.ledger, start, length)));
    return lines;
  }

  /** On an index that knows everything that is in the ledger now. */
  #current<T>(work: () => T | Promise<T>): Promise<T> {
    return this.#run(async () => {
      await this.#catchUp();
      return work();
    });
  }

  #run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

const newIndex = (sqlJs: SqlJsStatic): { db: Db; progress: IndexProgress } => {
  const db = Db.empty(sqlJs);
  createAuditTables(db);
  return { db, progress: { size: 0, bytes: 0 } };
};

const loadSaved = async (
  sqlJs: SqlJsStatic,
  storage: Storage,
  ledger: Ledger,
): Promise<{ db: Db; progress: IndexProgress } | null> => {
  if (ledger.facts.auditIndex === null) return null;
  const image = await storage.read(vaultFiles.auditIndex).catch(() => null);
  if (image === null || sha256(image) !== ledger.facts.auditIndex) return null;
  const db = Db.load(sqlJs, image);
  const progress = readProgress(db);
  if (progress !== null) return { db, progress };
  db.close();
  return null;
};

const auditLine = (line: Buffer): AuditLine => ({
  record: recordOf(line),
  line: line.toString('utf8'),
});

/** The ledger was checked when it was opened; what does not parse now was changed underfoot. */
const recordOf = (line: Buffer): LedgerRecord => {
  const { record, fault } = parseLine(line);
  if (fault !== null) throw changedUnderfoot(fault.problem);
  return record;
};

const changedUnderfoot = (detail: string): Failure =>
  new Failure('ledger-damaged', 'The ledger was changed while the vault was open.', {
    next: 'Close the vault, keep its folder as it is and verify the ledger.',
    detail,
  });
