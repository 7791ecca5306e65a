import { isCommitAction, isLockedAction } from '../../shared/actions.ts';
import { Failure } from '../../shared/failure.ts';
import {
  ledgerChangedByOthers,
  ledgerNotWritten,
  recordNotAsSigned,
} from '../../shared/messages/failures/ledger.ts';
import type { LedgerHead } from '../pki/index.ts';
import type { Commit, CommitOutcome, Store } from '../store/index.ts';
import { type Clock, errnoOf, reasonOf } from '../system/index.ts';
import { authenticateTail, type Tail, type TailInput } from './authenticate.ts';
import { CheckpointBook } from './checkpoint-book.ts';
import { vaultActions, type LedgerFacts } from './facts.ts';
import { MerkleTree } from './merkle.ts';
import { readLedger, readWhole } from './read-ledger.ts';
import {
  encodeRecord,
  type Actor,
  type LedgerRecord,
  type Mark,
  type NewRecord,
} from './record.ts';
import { compareUnread, WORTH_SUMMING_UP, writeHint, type ReadLedger } from './resume.ts';
import { LedgerScan } from './scan.ts';
import { SessionMarks } from './session-mac.ts';
import { setAsideRecords } from './set-aside.ts';
import { prefixOf, type Prefix } from './signed-prefix.ts';

/** Who and when of the next record. */
export interface Stamp {
  readonly clock: Clock;
  actor(): Actor;
}

export type Authentication = Pick<TailInput, 'signed' | 'openKey' | 'carryOver'>;

export interface NewSession {
  /** 32 hex digits. */
  readonly id: string;
  /** Taken over, and zeroised at the end of the session. */
  readonly key: Uint8Array;
}

type Unnumbered = Omit<LedgerRecord, 'seq'>;
/** An image that is put in force together with the record that names it. */
export type NewImage = Pick<Commit, 'image' | 'purge'>;

interface Waiting {
  readonly records: readonly Unnumbered[];
  readonly image: NewImage | null;
  /** The session that starts with these records; null if the current one continues. */
  readonly begins: SessionMarks | null;
  readonly resolve: (written: Written) => void;
  readonly reject: (reason: unknown) => void;
}

interface Written {
  readonly records: LedgerRecord[];
  readonly outcome: CommitOutcome;
}

const longestMark: Mark = {
  session: '0'.repeat(32),
  n: Number.MAX_SAFE_INTEGER,
  base: { size: Number.MAX_SAFE_INTEGER, root: '0'.repeat(64) },
  mac: '0'.repeat(32),
};

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
 * success for lost pages: so the ledger then refuses everything until it is opened again.
 */
export class Ledger {
  readonly #store: Store;
  readonly #stamp: Stamp;
  #scan: LedgerScan;
  /** What is certainly ours: signed, or written in a session since. */
  #own: Prefix;
  #rest: number;
  #unread: ReadLedger['unread'];
  /** How many records the newest summing-up covers. */
  #summed: number;
  #marks: SessionMarks | null = null;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;
  #condemned: Failure | null = null;

  private constructor(store: Store, stamp: Stamp, read: ReadLedger) {
    this.#store = store;
    this.#stamp = stamp;
    this.#scan = read.scan;
    this.#own = read.signed;
    this.#rest = read.rest;
    this.#unread = read.unread;
    this.#summed = read.unread.records;
  }

  /** Reads what is there and changes nothing. @throws Failure 'ledger-damaged' */
  static async open(store: Store, stamp: Stamp): Promise<Ledger> {
    return new Ledger(store, stamp, await readLedger(store));
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

  /** What the records say that are certainly this vault's own. */
  get facts(): LedgerFacts {
    return this.#own.facts;
  }

  /** How many records at the beginning those are. */
  get ownSize(): number {
    return this.#own.size;
  }

  /** What all records say, whoever wrote them: for display only. */
  get claims(): LedgerFacts {
    return this.#scan.facts;
  }

  /** What the newest record is about, whoever wrote it. */
  get lastAction(): string | null {
    return this.#scan.lastAction;
  }

  get isInSession(): boolean {
    return this.#marks !== null;
  }

  /**
   * Tells which records behind the signed ones are this vault's own. Changes nothing.
   * @param signed how many records the anchor, a checkpoint or this computer vouches for
   */
  async authenticate({ signed, openKey, carryOver }: Authentication): Promise<Tail> {
    await this.settled();
    const [store, from] = [this.#store, this.#own];
    const { tree, bytes } = this.#scan;
    return authenticateTail({ store, tree, bytes, from, signed, openKey, carryOver });
  }

  /**
   * Starts a session with its unlock record. What `tail` does not vouch for is set aside first.
   * @returns the records to make of everything that was ever set aside and that none names yet
   */
  async begin(tail: Tail, session: NewSession, unlock: NewRecord): Promise<NewRecord[]> {
    const { prefix } = tail;
    if (prefix.size < this.#scan.tree.size) {
      this.#rest += this.#scan.bytes - prefix.bytes;
      this.#scan = scanOf(prefix, this.#scan.tree);
    }
    this.#own = prefix;
    await this.#setRestAside();
    await this.#enqueue([unlock], { begins: new SessionMarks(session.id, session.key) });
    return setAsideRecords(this.#store, this.facts);
  }

  /** From now on only what may be recorded while locked is. */
  endSession(): void {
    this.#marks?.erase();
    this.#marks = null;
  }

  /** Resolves once the records are on the disk. @throws Failure 'record-failed' */
  async append(records: readonly NewRecord[]): Promise<LedgerRecord[]> {
    this.assertSound();
    if (records.length === 0) return [];
    return (await this.#enqueue(records)).records;
  }

  /**
   * Records a change of the keystore together with its image, which is staged already.
   * @returns `unfinished` where the record is on the disk and the image not in its place
   * @throws Failure 'record-failed'
   */
  async commit(record: NewRecord, image: NewImage): Promise<CommitOutcome> {
    this.assertSound();
    return (await this.#enqueue([record], { image })).outcome;
  }

  /** Sums up what the records say, where that is worth it: the next opening reads from there on. */
  async sumUp(): Promise<void> {
    if (this.#marks === null || this.#scan.tree.size - this.#summed < WORTH_SUMMING_UP) return;
    await this.settled();
    const { bytes: byte } = this;
    const details = this.facts.summary();
    const [record] = await this.append([
      { action: vaultActions.summary, subject: {}, outcome: 'ok', details },
    ]);
    // Another record may have come in between; the hint would then only be of no use.
    if (record !== undefined) await writeHint(this.#store, { record: record.seq, byte });
    this.#summed = this.#scan.tree.size;
  }

  /** Reads what opening did not read, before anything is concluded from hashes that were only kept. */
  async readAll(): Promise<void> {
    if (this.#unread.records === 0) return;
    await this.settled();
    const { candidates } = await CheckpointBook.open(this.#store);
    const read = await readWhole(this.#store, candidates);
    this.#scan = read.scan;
    this.#own = read.signed;
    this.#unread = read.unread;
  }

  /**
   * Compares the records that opening did not read with what was signed of them; null where that
   * was stopped or nothing was left. What it finds condemns the ledger.
   */
  async verifyBehind(signal: AbortSignal): Promise<Failure | null> {
    if (this.#unread.records === 0) return null;
    const { tree } = this.#scan;
    const record = await compareUnread(this.#store, tree, this.#unread, signal);
    if (record === null || record === 0) return null;
    return this.condemn(recordNotAsSigned(record));
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

  #enqueue(
    records: readonly NewRecord[],
    { begins = null, image = null }: Partial<Pick<Waiting, 'begins' | 'image'>> = {},
  ): Promise<Written> {
    const stamped = records.map((record) => stampRecord(this.#stamp, record));
    // A record that cannot be written is its caller's bug and must not harm those it shares with.
    for (const record of stamped) {
      encodeRecord({ seq: Number.MAX_SAFE_INTEGER, ...record, mark: longestMark });
      if (begins === null && this.#marks === null && !isLockedAction(record.action))
        throw new Error(`${record.action} is not recorded while the vault is locked`);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ records: stamped, begins, image, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
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
    const written: LedgerRecord[][] = [];
    let outcome: CommitOutcome;
    try {
      this.assertSound();
      await this.#setRestAside();
      const head = this.head;
      let seq = head.size;
      for (const { records, begins } of group) {
        if (begins !== null) this.#marks?.erase();
        this.#marks = begins ?? this.#marks;
        written.push(records.map((record) => this.#marked({ seq: (seq += 1), ...record }, head)));
      }
      const lines = written.flat().map(encodeRecord);
      outcome = await this.#put(Buffer.concat(lines), imageOf(group));
      if (outcome.kind === 'moved') throw ledgerChangedByOthers();
      this.#remember(written.flat(), lines);
    } catch (error) {
      const failure = this.condemn(notRecorded(error));
      for (const { reject } of group) reject(failure);
      return;
    }
    group.forEach(({ resolve }, index) => {
      resolve({ records: written[index] ?? [], outcome });
    });
  }

  async #put(lines: Buffer, image: NewImage | null): Promise<CommitOutcome> {
    if (image !== null) return this.#store.commit({ at: this.bytes, lines, ...image });
    return { kind: await this.#store.append(this.bytes, lines) };
  }

  #marked(record: LedgerRecord, head: LedgerHead): LedgerRecord {
    if (this.#marks === null) return record;
    const { action } = record;
    const isBased = isCommitAction(action) || action === vaultActions.unlock;
    return this.#marks.mark(record, isBased ? head : null);
  }

  #remember(records: readonly LedgerRecord[], lines: readonly Buffer[]): void {
    records.forEach((record, index) => {
      const line = lines[index]?.subarray(0, -1) ?? Buffer.alloc(0);
      this.#scan.add(line, { kind: 'parsed', record, finding: null });
    });
    if (this.#marks === null) return; // what was written while locked is looked at again at unlock
    const { facts } = this.#own;
    for (const record of records) facts.observe(record);
    this.#own = prefixOf(this.#scan, facts);
  }

  /** Before the first record that follows: it must not become one line with what lies there. */
  async #setRestAside(): Promise<void> {
    if (this.#rest === 0) return;
    await this.#store.setAside(this.bytes, this.#stamp.clock.now());
    this.#rest = 0;
  }
}

const imageOf = (group: readonly Waiting[]): NewImage | null => {
  const [image, ...others] = group.map((each) => each.image).filter((each) => each !== null);
  if (others.length > 0) throw new Error('one commit follows another');
  return image ?? null;
};

/** The scan of a beginning of the ledger. */
const scanOf = ({ size, bytes, facts }: Prefix, tree: MerkleTree): LedgerScan => {
  const kept = MerkleTree.fromStored(tree.storedSince(0), size);
  if (kept === null) throw new Error('the tree is not that large');
  return new LedgerScan(kept, facts.copy(), bytes);
};

const notRecorded = (error: unknown): Failure => {
  if (error instanceof Failure) return error;
  const errno = errnoOf(error);
  return ledgerNotWritten(reasonOf(error), errno);
};
