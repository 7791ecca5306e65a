import { Failure } from '../../shared/failure.ts';
import { vaultFiles } from '../vault/files.ts';
import { sha256 } from '../vault/sha256.ts';
import { errnoOf, reasonOf } from '../vault/storage-failure.ts';
import type { Storage } from '../vault/storage.ts';
import { vaultActions, type LedgerFacts } from './facts.ts';
import type { MerkleTree } from './merkle.ts';
import { encodeRecord, type Actor, type LedgerRecord, type NewRecord } from './record.ts';
import {
  compareUnread,
  resumeLedger,
  WORTH_SUMMING_UP,
  writeHint,
  type Resumed,
} from './resume.ts';
import { LedgerScan, scanLedger, type LedgerHead } from './scan.ts';

export interface Clock {
  /** Where the time comes from, as it is written in records. */
  readonly source: string;
  now(): Date;
}

/** Who and when of the next record. */
export interface Stamp {
  readonly clock: Clock;
  actor(): Actor;
}

type Unnumbered = Omit<LedgerRecord, 'seq'>;
interface Waiting {
  readonly records: readonly Unnumbered[];
  readonly resolve: (records: LedgerRecord[]) => void;
  readonly reject: (reason: unknown) => void;
}

/** Adds who and when to what a caller says. */
export const stampRecord = (stamp: Stamp, record: NewRecord): Unnumbered => ({
  time: stamp.clock.now().toISOString(),
  clock: stamp.clock.source,
  actor: stamp.actor(),
  ...record,
});

/**
 * The append-only ledger. Appends that come together share one write and one fsync.
 * After a write that failed nobody knows what is on the disk, and a repeated fsync may claim
 * success for lost pages: so the ledger then refuses everything until it is opened anew.
 */
export class Ledger {
  readonly #storage: Storage;
  readonly #stamp: Stamp;
  #scan: LedgerScan;
  #unread: Resumed['unread'];
  /** How many records the newest summing-up covers. */
  #summed: number;
  #tail: Buffer;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;
  #condemned: Failure | null = null;

  private constructor(
    storage: Storage,
    stamp: Stamp,
    scan: LedgerScan,
    tail: Buffer,
    unread: Resumed['unread'] = { records: 0, bytes: 0 },
  ) {
    this.#storage = storage;
    this.#stamp = stamp;
    this.#scan = scan;
    this.#tail = tail;
    this.#unread = unread;
    this.#summed = unread.records;
  }

  /**
   * Reads and checks every line, or those that follow a signed summing-up; changes nothing.
   * @throws Failure 'ledger-damaged'
   */
  static async open(storage: Storage, stamp: Stamp): Promise<Ledger> {
    const resumed = await resumeLedger(storage);
    if (resumed !== null)
      return new Ledger(storage, stamp, resumed.scan, resumed.tail, resumed.unread);
    const { scan, tail } = await readWhole(storage);
    if (scan.tree.size === 0) throw damaged('The ledger holds no record');
    return new Ledger(storage, stamp, scan, tail);
  }

  get head(): LedgerHead {
    return this.#scan.head();
  }

  /** Length of all durable records, in bytes. */
  get bytes(): number {
    return this.#scan.bytes;
  }

  /** The Merkle tree over all durable records. */
  get tree(): MerkleTree {
    return this.#scan.tree;
  }

  get facts(): LedgerFacts {
    return this.#scan.facts;
  }

  /**
   * Moves the bytes behind the last record into a file of their own, which is durable before
   * they leave the ledger, and returns the records to make of all such files.
   */
  async setTornAside(): Promise<NewRecord[]> {
    if (this.#tail.length > 0) {
      await this.#storage.writeSynced(await this.#tornName(), this.#tail);
      await this.#storage.syncFolder();
      await this.#storage.truncateSynced(vaultFiles.ledger, this.bytes);
      this.#tail = Buffer.alloc(0);
    }
    const names = (await this.#storage.list()).filter((name) => name.startsWith(vaultFiles.torn));
    const fresh = names.filter((name) => !this.facts.isTornFileRecorded(name)).toSorted();
    return Promise.all(fresh.map((file) => this.#tornRecord(file)));
  }

  /** Resolves once the records are on the disk. @throws Failure 'record-failed' */
  async append(records: readonly NewRecord[]): Promise<LedgerRecord[]> {
    this.assertSound();
    if (records.length === 0) return [];
    const stamped = records.map((record) => stampRecord(this.#stamp, record));
    // A record that cannot be written is its caller's bug and must not harm those it shares with.
    for (const record of stamped) encodeRecord({ seq: Number.MAX_SAFE_INTEGER, ...record });
    return new Promise((resolve, reject) => {
      this.#waiting.push({ records: stamped, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  /** Sums up what the records say, where that is worth it: the next opening reads from there on. */
  async sumUp(): Promise<void> {
    if (this.#scan.tree.size - this.#summed < WORTH_SUMMING_UP) return;
    await this.settled();
    const { bytes: byte } = this;
    const details = this.facts.summary();
    const [record] = await this.append([
      { action: vaultActions.summary, subject: {}, outcome: 'ok', details },
    ]);
    // Another record may have come in between; the hint would then only be of no use.
    if (record !== undefined) await writeHint(this.#storage, { record: record.seq, byte });
    this.#summed = this.#scan.tree.size;
  }

  /** Reads what opening did not read, before anything is concluded from hashes that were only kept. */
  async readAll(): Promise<void> {
    if (this.#unread.records === 0) return;
    await this.settled();
    this.#scan = (await readWhole(this.#storage)).scan;
    this.#unread = { records: 0, bytes: 0 };
  }

  /**
   * Compares the records that opening did not read with what was signed of them; null where that
   * was stopped or nothing was left. What it finds condemns the ledger.
   */
  async verifyBehind(signal: AbortSignal): Promise<Failure | null> {
    if (this.#unread.records === 0) return null;
    const { tree } = this.#scan;
    const record = await compareUnread(this.#storage, tree, this.#unread, signal);
    if (record === null || record === 0) return null;
    const cause = `Record ${record} is not what was signed`;
    return this.condemn(damaged(cause, { detail: 'found while verifying after opening' }));
  }

  /** @throws Failure 'record-failed' once a write has failed. */
  assertSound(): void {
    if (this.#condemned !== null) throw this.#condemned;
  }

  /** Refuses everything from now on, for this reason; the first reason stays. */
  condemn(failure: Failure): Failure {
    this.#condemned ??= failure;
    return this.#condemned;
  }

  /** Waits for every append that is under way; never throws. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    await Promise.resolve(); // lets appends of the same turn join
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      await this.#writeGroup(group);
    }
    this.#writing = null;
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    let seq = this.#scan.tree.size;
    const numbered = group.map(({ records }) =>
      records.map((record): LedgerRecord => ({ seq: (seq += 1), ...record })),
    );
    const lines = numbered.flat().map(encodeRecord);
    try {
      this.assertSound();
      await this.#storage.append(vaultFiles.ledger, this.bytes, Buffer.concat(lines));
    } catch (error) {
      const failure = this.condemn(notRecorded(error));
      for (const { reject } of group) reject(failure);
      return;
    }
    this.#remember(numbered.flat(), lines);
    group.forEach(({ resolve }, index) => {
      resolve(numbered[index] ?? []);
    });
  }

  #remember(records: readonly LedgerRecord[], lines: readonly Buffer[]): void {
    for (const line of lines) {
      this.#scan.tree.appendEntry(line.subarray(0, -1));
      this.#scan.bytes += line.length;
    }
    for (const record of records) this.facts.observe(record);
  }

  /** A name that is free, also where the clock shows a time for the second time. */
  async #tornName(): Promise<string> {
    const taken = new Set(await this.#storage.list());
    const time = this.#stamp.clock.now().toISOString().replaceAll(/[-:.]/g, '');
    let name = `${vaultFiles.torn}${time}`;
    while (taken.has(name)) name += 'x';
    return name;
  }

  async #tornRecord(file: string): Promise<NewRecord> {
    const bytes = (await this.#storage.read(file)) ?? Buffer.alloc(0);
    const details = { file, bytes: bytes.length, sha256: sha256(bytes) };
    return { action: vaultActions.torn, subject: {}, outcome: 'ok', details };
  }
}

const readWhole = async (
  storage: Storage,
): Promise<{ readonly scan: LedgerScan; readonly tail: Buffer }> => {
  const scan = new LedgerScan();
  const tail = await scanLedger(storage, scan, ({ finding }) => {
    if (finding !== null)
      throw damaged(`Record ${finding.record} is damaged at byte ${finding.byte} of the file`, {
        detail: finding.problem,
      });
  });
  return { scan, tail };
};

const damaged = (cause: string, context: { detail?: string } = {}): Failure =>
  new Failure('ledger-damaged', `${cause}.`, {
    unharmed: 'Nothing in the vault was changed.',
    next: 'Keep this folder as it is and restore the vault from a copy.',
    ...context,
  });

const notRecorded = (error: unknown): Failure => {
  if (error instanceof Failure) return error;
  const errno = errnoOf(error);
  return new Failure('record-failed', `The ledger could not be written: ${reasonOf(error)}.`, {
    unharmed: 'Everything that was confirmed before is on the disk.',
    next: 'Open the vault again; until then it accepts nothing.',
    ...(errno === null ? {} : { detail: errno }),
  });
};
