import pLimit from 'p-limit';
import { Failure } from '../../shared/failure.ts';
import { firstRecordNamesNoKey, otherSignature } from '../../shared/messages/failures/vault.ts';
import { checkpointNotSigned } from '../../shared/messages/failures/disk.ts';
import { CheckpointBook, type KeptCheckpoint, type Ledger } from '../ledger/index.ts';
import {
  type Checkpoint,
  type CheckpointKey,
  checkpointText,
  isSignatureOf,
  makeCheckpoint,
  openCheckpoint,
  type Origin,
} from '../pki/index.ts';
import type { Store } from '../store/index.ts';
import { type Clock, errnoOf, storageFailure } from '../system/index.ts';
import { supersededAnchors, whyNotToSign } from './anchored.ts';
import type { CheckpointSigner } from './ledger-token.ts';

/** `now` after unlock, at lock and at export; otherwise at most once in `ANCHOR_PAUSE_MS`. */
export type AnchorTime = 'now' | 'when-due';

const ANCHOR_PAUSE_MS = 60_000;

interface Parts {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly book: CheckpointBook;
  readonly clock: Clock;
  readonly origin: Origin;
  readonly key: CheckpointKey;
}

/**
 * Makes checkpoints, one after another: signs the head of what is durable, keeps the note in the
 * folder, and only then in the token. So an anchor is never ahead of the disk.
 */
export class CheckpointKeeper {
  readonly #parts: Parts;
  #signer: CheckpointSigner | null = null;
  #newest: Checkpoint | null = null;
  #signedAt: string | null = null;
  #anchored = { size: 0, at: Number.NEGATIVE_INFINITY };
  readonly #next = pLimit(1);

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.#newest = this.#newestOfBook();
  }

  /** @throws Failure 'ledger-damaged' where the ledger's first record names no key */
  static async open(store: Store, ledger: Ledger, clock: Clock): Promise<CheckpointKeeper> {
    const { checkpointKey: key, vaultId, epoch } = ledger.facts;
    if (key === null || vaultId === null) throw firstRecordNamesNoKey();
    const book = await CheckpointBook.open(store);
    return new CheckpointKeeper({ store, ledger, book, clock, origin: { vaultId, epoch }, key });
  }

  get origin(): Origin {
    return this.#parts.origin;
  }

  /** The public key that the first record names. */
  get key(): CheckpointKey {
    return this.#parts.key;
  }

  /** The newest checkpoint of this epoch in the folder that our key signed. */
  get newest(): Checkpoint | null {
    return this.#newest;
  }

  /** When the newest was signed (UTC, ISO 8601); null where that was before the vault was opened. */
  get signedAt(): string | null {
    return this.#signedAt;
  }

  /** Whether the token keeps the newest one; it may keep an older one as well. */
  get isAnchored(): boolean {
    return this.#newest !== null && this.#anchored.size === this.#newest.size;
  }

  /** Every checkpoint of this epoch, oldest first, signatures unchecked. */
  get all(): readonly KeptCheckpoint[] {
    return this.#parts.book.all;
  }

  /** Notes that could be the newest one, signatures unchecked. */
  get candidates(): readonly string[] {
    return this.#parts.book.candidates;
  }

  /** @param signer null while the vault is locked */
  setSigner(signer: CheckpointSigner | null): void {
    this.#signer = signer;
    this.#anchored = { size: 0, at: Number.NEGATIVE_INFINITY };
  }

  /**
   * A checkpoint over everything that is durable now; null while the vault is locked.
   * @throws Failure where the token or the disk refuses
   */
  make(anchor: AnchorTime): Promise<Checkpoint | null> {
    return this.#next(() => this.#make(anchor));
  }

  /**
   * Like `make`, after an act that is already in force: where this fails, the act's records are
   * covered by the next checkpoint, which is made at the next act, at lock or after unlock.
   */
  async makeIfPossible(anchor: AnchorTime): Promise<void> {
    try {
      await this.make(anchor);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }

  async #make(anchor: AnchorTime): Promise<Checkpoint | null> {
    const signer = this.#signer;
    if (signer === null) return null;
    const { ledger } = this.#parts;
    ledger.assertSound();
    const { size } = ledger.head;
    if (this.#newest === null || this.#newest.size < size) this.#newest = await this.#sign(signer);
    if (this.#newest.size > size) throw new Error('a checkpoint is ahead of the ledger');
    await this.#keepAnchor(signer, this.#newest, anchor);
    return this.#newest;
  }

  async #sign(signer: CheckpointSigner): Promise<Checkpoint> {
    const { store, ledger, key, origin, book } = this.#parts;
    const { head } = ledger;
    const refusal = whyNotToSign(ledger, key, await signer.readAnchors());
    if (refusal !== null) throw ledger.condemn(refusal);
    const text = Buffer.from(checkpointText(origin, head));
    const signature = await signer.sign(text);
    if (!isSignatureOf(key, text, signature)) throw otherSignature();
    const checkpoint = makeCheckpoint(key, origin, head, signature);
    try {
      await store.addNote(checkpoint.note);
      book.add(checkpoint);
    } catch (error) {
      if (errnoOf(error) === null) throw error;
      throw storageFailure(error, checkpointNotSigned);
    }
    this.#signedAt = this.#parts.clock.now().toISOString();
    return checkpoint;
  }

  async #keepAnchor(signer: CheckpointSigner, newest: Checkpoint, time: AnchorTime): Promise<void> {
    if (signer.keepAnchor === null || this.#anchored.size === newest.size) return;
    const now = this.#parts.clock.now().getTime();
    // A clock that was set back must not keep the anchor waiting.
    const isEarly = Math.abs(now - this.#anchored.at) < ANCHOR_PAUSE_MS;
    if (time === 'when-due' && isEarly) return;
    const { ledger, key } = this.#parts;
    const superseded = supersededAnchors(ledger, key, await signer.readAnchors(), newest);
    await signer.keepAnchor(newest.note, superseded);
    this.#anchored = { size: newest.size, at: now };
  }

  #newestOfBook(): Checkpoint | null {
    const { book, key, origin } = this.#parts;
    const opened = book.candidates.map((note) => openCheckpoint(note, key, origin.vaultId));
    const ours = opened.filter((each) => each !== null && each.epoch === origin.epoch);
    return ours.reduce((a, b) => ((a?.size ?? 0) > (b?.size ?? 0) ? a : b), null);
  }
}
