import pLimit from 'p-limit';
import { type Ledger, readLines } from '../ledger/index.ts';
import type { StoreReader } from '../store/index.ts';
import { linesAt, recordOf, type AuditLine } from './audit-lines.ts';
import {
  candidates,
  countRecords,
  findPlaces,
  holdsText,
  placesOf,
  type AuditFilter,
} from './audit-query.ts';
import { AuditTables, type IndexContext } from './audit-tables.ts';
import {
  readActions,
  readActivity,
  readRefusedUse,
  readUses,
  type FileActivity,
  type KeyUse,
  type RefusedUse,
  type UsedKey,
} from './audit-use.ts';
import {
  fileActions,
  fileNumber,
  pathOf,
  readFilesOfOlder,
  readSharedFiles,
  type SharedFiles,
} from './known-files.ts';

export interface AuditPage {
  /** Newest first. */
  readonly lines: readonly AuditLine[];
  /** How many records match the filter in total. */
  readonly total: number;
}

/**
 * The search index over the ledger. It contains positions, not records: what is shown is always
 * read from the ledger. Each query covers all records at that moment, one query at a time, and
 * throws Failure 'ledger-damaged' if the ledger was changed meanwhile.
 */
export class AuditIndex {
  readonly #tables: AuditTables;
  readonly #store: StoreReader;
  readonly #next = pLimit(1);

  private constructor(tables: AuditTables, store: StoreReader) {
    this.#tables = tables;
    this.#store = store;
  }

  static async open(
    context: IndexContext,
    store: StoreReader,
    ledger: Ledger,
  ): Promise<AuditIndex> {
    const index = new AuditIndex(await AuditTables.open(context, store, ledger), store);
    await index.#look(() => undefined);
    return index;
  }

  /** One page of the matching records. */
  query(filter: AuditFilter): Promise<AuditPage> {
    return this.#look(() =>
      filter.text === undefined || filter.text === ''
        ? this.#byIndex(filter)
        : this.#byText(filter, filter.text.toLowerCase()),
    );
  }

  /** One record; null if there is none with this number. */
  line(seq: number): Promise<AuditLine | null> {
    return this.#look(async () => (await this.#linesOf([seq]))[0] ?? null);
  }

  /** Every action that occurs in the ledger. */
  actions(): Promise<readonly string[]> {
    return this.#look(() => readActions(this.#tables.db));
  }

  /** How the keys were used. */
  uses(): Promise<readonly KeyUse[]> {
    return this.#look(() => readUses(this.#tables.db));
  }

  /** How often the state of a key version refused its use; null: never. */
  refusedUse(which: UsedKey): Promise<RefusedUse | null> {
    return this.#look(() => readRefusedUse(this.#tables.db, which));
  }

  /** The files that a key version opens, by what opens them as well. */
  sharedFiles(which: UsedKey): Promise<readonly SharedFiles[]> {
    return this.#look(() => readSharedFiles(this.#tables.db, which));
  }

  /**
   * Paths of the files that a key opens with another version than this one, the newest first.
   * @param most how many paths at most
   */
  filesOfOlder(which: UsedKey, most: number): Promise<readonly string[]> {
    return this.#look(async () => {
      const { db } = this.#tables;
      const wanted = new Set(readFilesOfOlder(db, which));
      const paths: string[] = [];
      const seqs = fileActions.flatMap((action) => candidates(db, { action }) ?? []);
      for (const seq of seqs.sort((a, b) => b - a)) {
        if (wanted.size === 0 || paths.length === most) break;
        const [line] = await this.#linesOf([seq]);
        const path = line === undefined ? null : pathOf(line.record);
        if (path !== null && wanted.delete(fileNumber(path))) paths.push(path);
      }
      return paths;
    });
  }

  /** How many files were processed since then. @param sinceMs milliseconds since 1970 */
  activity(sinceMs: number): Promise<readonly FileActivity[]> {
    return this.#look(() => readActivity(this.#tables.db, sinceMs));
  }

  /** Saves the index for the next start, if that is worth it. */
  close(): Promise<void> {
    return this.#next(async () => {
      try {
        await this.#tables.saveIfWorth();
      } finally {
        this.#tables.db.close();
      }
    });
  }

  async #byIndex(filter: AuditFilter): Promise<AuditPage> {
    const { db } = this.#tables;
    const lines = await linesAt(this.#store, findPlaces(db, filter));
    return { lines, total: countRecords(db, filter) };
  }

  /** Reads through the ledger: an index of all words would be larger than the ledger. */
  async #byText(filter: AuditFilter, text: string): Promise<AuditPage> {
    const fitting = candidates(this.#tables.db, filter);
    const found: number[] = [];
    const inJson = JSON.stringify(text).slice(1, -1);
    const range = { from: 0, to: this.#tables.bytes };
    let [seq, next] = [0, 0];
    await readLines(this.#store, range, (line) => {
      seq += 1;
      if (fitting !== null && fitting[next] !== seq) return;
      next += 1;
      // The whole line first, because parsing every line takes far longer.
      if (!line.toString('utf8').toLowerCase().includes(inJson)) return;
      if (holdsText(recordOf(line), text)) found.push(seq);
    });
    const { limit, offset = 0 } = filter;
    const page = found.toReversed().slice(offset, offset + limit);
    return { lines: await this.#linesOf(page), total: found.length };
  }

  #linesOf(seqs: readonly number[]): Promise<AuditLine[]> {
    return linesAt(this.#store, placesOf(this.#tables.db, seqs));
  }

  #look<T>(work: () => T | Promise<T>): Promise<T> {
    return this.#next(async () => {
      await this.#tables.catchUp();
      return work();
    });
  }
}
