import { Failure } from '../../shared/failure.ts';
import type { VaultId } from '../../shared/ids.ts';
import {
  newLedgerNotStarted,
  timeStampNotSaved,
  vaultNotCreated,
  vaultNotOpened,
  vaultNotRead,
  vaultNotUnlocked,
} from '../../shared/messages/failures/disk.ts';
import { AuditIndex } from '../audit/index.ts';
import type { JsonObject } from '../json/index.ts';
import type { ReadTables, Tables } from '../keystore/index.ts';
import {
  type Actor,
  type KeptCheckpoint,
  type LedgerFacts,
  type LedgerRecord,
  type MerkleTree,
  type NewRecord,
  readLines,
  saveHashes,
  type Stamp,
  vaultActions,
} from '../ledger/index.ts';
import type { Checkpoint, CheckpointKey, LedgerHead, Origin } from '../pki/index.ts';
import {
  holdNewStore,
  holdStore,
  lookAtStore,
  type Store,
  type StoredDocument,
} from '../store/index.ts';
import { orFailure } from '../system/index.ts';
import { acceptRollback } from './accepting.ts';
import type { AnchorTime, CheckpointKeeper } from './checkpoint-keeper.ts';
import { refuseNoVault, writeNewVault } from './creation.ts';
import type { NewEpoch } from './epoch.ts';
import type { CheckpointSigner, LedgerToken } from './ledger-token.ts';
import { isUnwritable, orClose } from './opening-store.ts';
import { openParts, type VaultParts } from './opening.ts';
import { checked } from './reserved.ts';
import { rolledBack } from './restriction.ts';
import type { RollbackFinding } from './rollback.ts';
import {
  begin,
  examine,
  type Examined,
  type Found,
  type FoundSigned,
  type Sound,
  type UnlockOptions,
} from './unlocking.ts';
import {
  Identity,
  type CommitOptions,
  type VaultContext,
  type VaultCreation,
} from './vault-context.ts';

export type { CommitOptions, VaultContext, VaultCreation };

/** An open vault: the only way to change the keystore or to write the ledger. */
export class Vault {
  readonly #parts: VaultParts;
  readonly #closed = new AbortController();
  readonly #behind: Promise<Failure | null>;
  #restriction: Failure | null = null;
  #unrecorded: Failure | null = null;
  #audit: Promise<AuditIndex> | null = null;
  #closing: Promise<void> | null = null;

  private constructor(parts: VaultParts) {
    this.#parts = parts;
    this.#behind = this.#verifyBehind();
    this.#behind.catch(() => undefined); // who awaits it is told; nobody has to
  }

  /**
   * Makes a vault in a new or empty folder and opens it.
   * @throws Failure 'vault-exists' | 'vault-locked' | the disk's refusal
   */
  static async create(
    folder: string,
    creation: VaultCreation,
    context: VaultContext,
  ): Promise<Vault> {
    const store = await holdNewStore(folder, creation.beside ?? []);
    return orClose(store, Vault.createOn(store, creation, context));
  }

  /**
   * Opens a vault for viewing and unlocking.
   * @throws Failure 'vault-not-found' | 'vault-locked' | 'ledger-damaged' | 'keystore-damaged' | 'keystore-foreign' | the disk's refusal
   */
  static async open(folder: string, context: VaultContext): Promise<Vault> {
    await orFailure(vaultNotRead, refuseNoVault(lookAtStore(folder)));
    const store = await holdStore(folder);
    return orClose(store, Vault.openOn(store, context));
  }

  /** Like `create`, in any store. */
  static async createOn(
    store: Store,
    creation: VaultCreation,
    context: VaultContext,
  ): Promise<Vault> {
    const identity = new Identity(context, creation.token ?? null);
    const written = writeNewVault(store, identity, creation, context);
    await orFailure(vaultNotCreated, written);
    return new Vault(await openParts({ store, identity, context }));
  }

  /** Like `open`, in any store. */
  static async openOn(store: Store, context: VaultContext): Promise<Vault> {
    await refuseNoVault(store);
    await orFailure(vaultNotOpened, store.finishEpoch());
    return Vault.#lookAt(store, context);
  }

  /**
   * Opens a vault for viewing. If it is in use or its folder is read-only, views are not recorded.
   * @throws Failure 'vault-not-found' | 'ledger-damaged' and the like
   */
  static async look(folder: string, context: VaultContext): Promise<Vault> {
    try {
      return await Vault.open(folder, context);
    } catch (error) {
      if (!isUnwritable(error)) throw error;
      const vault = await Vault.#lookAt(lookAtStore(folder), context);
      vault.#unrecorded = error;
      return vault;
    }
  }

  static async #lookAt(store: Store, context: VaultContext): Promise<Vault> {
    const identity = new Identity(context, null);
    return new Vault(await openParts({ store, identity, context }));
  }

  get id(): VaultId {
    const id = this.tables.meta.vaultId();
    if (id === null) throw new Error('the keystore has no vault id');
    return id;
  }

  /** A snapshot of the committed state; the next commit makes a new one. */
  get tables(): ReadTables {
    return this.#parts.keystore.tables;
  }

  get head(): LedgerHead {
    return this.#parts.ledger.head;
  }

  /** Who and when the next record will name. */
  get stamp(): Stamp {
    return this.#parts.identity;
  }

  /** By the clock that the ledger's records are dated with. */
  get now(): Date {
    return this.#parts.identity.clock.now();
  }

  /**
   * What opening did not read of a large ledger is compared while the vault is open. Resolves with
   * what was found, which also ends every further act; null where all is well.
   */
  get verification(): Promise<Failure | null> {
    return this.#behind;
  }

  /** To be called before the last checkpoint of a session. */
  async sumUp(): Promise<void> {
    if (this.#restriction === null) await this.#parts.ledger.sumUp();
  }

  /** Whether the keystore that is shown is signed, or a session vouches for it. */
  get isAuthenticated(): boolean {
    const { ledger, image } = this.#parts;
    return ledger.isInSession || ledger.facts.keystore === image;
  }

  /** Why views are not recorded; null if they are. */
  get unrecorded(): Failure | null {
    if (this.#unrecorded !== null || this.#restriction !== null)
      return this.#unrecorded ?? this.#restriction;
    // The record of the finding is to stay the last one (docs/adr/0008).
    return this.#parts.ledger.lastAction === vaultActions.rollback ? rolledBack() : null;
  }

  get origin(): Origin {
    return { vaultId: this.id, epoch: this.#parts.ledger.facts.epoch };
  }

  /** What the records say as a whole. */
  get facts(): Omit<LedgerFacts, 'observe'> {
    return this.#parts.ledger.facts;
  }

  /** The Merkle tree over all durable records. */
  get tree(): Pick<MerkleTree, 'size' | 'root' | 'leaf' | 'node'> {
    return this.#parts.ledger.tree;
  }

  /** The public key of the checkpoints, as the first record names it. */
  get checkpointKey(): CheckpointKey {
    return this.#parts.keeper.key;
  }

  /** The newest checkpoint of this epoch in the folder; null where there is none. */
  get newestCheckpoint(): Checkpoint | null {
    return this.#parts.keeper.newest;
  }

  /** When the newest checkpoint was signed, if since opening, and whether the token keeps it too. */
  get checkpointState(): Pick<CheckpointKeeper, 'signedAt' | 'isAnchored'> {
    return this.#parts.keeper;
  }

  /** Every checkpoint of this epoch, oldest first; signatures are for the reader to check. */
  get checkpoints(): readonly KeptCheckpoint[] {
    return this.#parts.keeper.all;
  }

  /** Why the vault is read-only; null if it is intact. */
  get restriction(): Failure | null {
    return this.#restriction;
  }

  /** A checkpoint over all records; null while locked. @throws Failure */
  async checkpoint(anchor: AnchorTime): Promise<Checkpoint | null> {
    this.#refuseClosed();
    return this.#restriction === null ? this.#parts.keeper.make(anchor) : null;
  }

  /**
   * Compares the ledger with what was signed of it, and tells what of it is this vault's own.
   * Changes nothing on the disk.
   * @throws Failure 'keystore-damaged' | 'keystore-foreign'
   */
  async examine(token: LedgerToken, options: UnlockOptions): Promise<Examined> {
    this.#refuseClosed();
    return orFailure(vaultNotRead, examine(this.#parts, token, options));
  }

  /** Starts a session: from now on everything may be recorded, and the keystore changed. */
  async begin(token: LedgerToken, examined: Sound, found: readonly Found[] = []): Promise<void> {
    this.#refuseUnlessInOrder();
    await orFailure(vaultNotUnlocked, begin(this.#parts, token, examined, found));
  }

  /** Signs nothing for now, because the engine was lost. The session continues. */
  stopSigning(): void {
    this.#parts.keeper.setSigner(null);
  }

  get isInSession(): boolean {
    return this.#parts.ledger.isInSession;
  }

  /** Ends the session: its key is erased, and nothing is signed any more. */
  endSession(): void {
    this.#parts.keeper.setSigner(null);
    this.#parts.ledger.endSession();
  }

  /** Lets the token keep the checkpoint of a vault that has just been made. */
  async anchorFirst(signer: CheckpointSigner): Promise<void> {
    const { keeper } = this.#parts;
    keeper.setSigner(signer);
    await this.checkpoint('now');
    keeper.setSigner(null);
  }

  /** Records that the folder is older than its signed state; from now on it is read-only. */
  async restrict(findings: readonly RollbackFinding[]): Promise<Failure> {
    const failure = rolledBack(findings);
    const { ledger } = this.#parts;
    // Found again, it is not told again: the record of the finding stays the last one.
    if (this.#restriction === null && ledger.lastAction !== vaultActions.rollback) {
      const details = { findings: findings.map(({ kind, problem }) => ({ kind, problem })) };
      const action = vaultActions.rollback;
      await ledger.append([{ action, subject: {}, outcome: 'failed', details }]);
    }
    this.#restriction = failure;
    return failure;
  }

  /** Accepts a rollback: a new ledger starts. The vault must be opened again after that. */
  async accept(token: LedgerToken, examined: FoundSigned, reason: string): Promise<NewEpoch> {
    if (this.#restriction === null) throw new Error('there is nothing to accept');
    const work = acceptRollback(this.#parts, token, examined, reason);
    return orFailure(newLedgerNotStarted, work);
  }

  /** The token that later records name; null when none is in use. */
  setToken(token: Actor['token']): void {
    this.#parts.identity.token = token;
  }

  /**
   * Changes the keystore and records it: both or neither. One commit runs after the other.
   * Resolves once everything is on the disk.
   * @throws whatever `change` or `record` throw, with nothing changed; Failure 'disk-full' and the
   * like before the record, with nothing changed; Failure 'record-failed' where only opening the
   * vault again tells whether the change was made, so nothing outside may be undone
   */
  async commit<T>(
    change: (tables: Tables) => T,
    record: (result: T) => NewRecord,
    options: CommitOptions = {},
  ): Promise<T> {
    this.#refuseUnlessInOrder();
    return this.#parts.committer.commit(
      (draft) => draft.change(change),
      (result) => checked(record(result)),
      options,
    );
  }

  /** Records acts that change nothing in the keystore. @throws Failure 'record-failed' */
  async record(records: readonly NewRecord[]): Promise<LedgerRecord[]> {
    this.#refuseUnlessInOrder();
    return this.#parts.ledger.append(records.map(checked));
  }

  /** Records a view, unless the vault is read-only. */
  async recordLook(record: NewRecord): Promise<void> {
    if (this.unrecorded === null) await this.record([record]);
  }

  /** Records and keeps a time-stamping authority's reply, one JSON line in a file of its own. */
  async keepTimestamp(timestamp: JsonObject, record: NewRecord): Promise<void> {
    await this.record([record]);
    const written = this.#parts.store.addTimestamp(JSON.stringify(timestamp));
    await orFailure(timeStampNotSaved, written);
  }

  /** What `keepTimestamp` kept, as it is stored. */
  timestampLines(): Promise<string[]> {
    return this.#parts.store.timestamps();
  }

  /** What an outsider needs to verify the ledger. Contains no key blobs. */
  documents(): Promise<readonly StoredDocument[]> {
    return this.#parts.store.documents();
  }

  /** Shows every durable line of the ledger from a byte on. @returns where the last one ends */
  async readLedger(from: number, look: (line: Buffer) => void): Promise<number> {
    this.#refuseClosed();
    const { store, ledger } = this.#parts;
    const to = ledger.bytes;
    await readLines(store, { from, to }, look);
    return to;
  }

  /** The search index over the ledger; built when first asked for. */
  async audit(): Promise<AuditIndex> {
    this.#refuseClosed();
    const { context, store, ledger } = this.#parts;
    this.#audit ??= AuditIndex.open(context, store, ledger);
    return this.#audit;
  }

  /** Finishes what is under way, saves the audit index where that is worth it, and unlocks. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #verifyBehind(): Promise<Failure | null> {
    const { signal } = this.#closed;
    try {
      return await this.#parts.ledger.verifyBehind(signal);
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    }
  }

  async #close(): Promise<void> {
    const { store, ledger, keystore, committer } = this.#parts;
    this.#closed.abort();
    await this.#behind.catch(() => undefined);
    await committer.settled();
    await ledger.settled();
    await this.#audit?.then((index) => index.close()).catch(() => undefined);
    this.endSession();
    if (this.unrecorded === null) await saveHashes(store, ledger.tree).catch(() => undefined);
    keystore.close();
    await store.close();
  }

  #refuseUnlessInOrder(): void {
    this.#refuseClosed();
    if (this.#restriction !== null) throw this.#restriction;
  }

  #refuseClosed(): void {
    if (this.#closing !== null) throw new Error('the vault is closed');
  }
}
