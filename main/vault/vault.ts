import type { Failure } from '../../shared/failure.ts';
import type { VaultId } from '../../shared/ids.ts';
import type { ReadTables, Tables } from '../keystore/keystore.ts';
import { AuditIndex } from '../ledger/audit-index.ts';
import { vaultActions, type LedgerFacts } from '../ledger/facts.ts';
import type { Checkpoint, CheckpointKey, Origin } from '../ledger/checkpoint.ts';
import type { Stamp } from '../ledger/ledger.ts';
import type { MerkleTree } from '../ledger/merkle.ts';
import type { Actor, JsonObject, LedgerRecord, NewRecord } from '../ledger/record.ts';
import { readLines } from '../ledger/lines.ts';
import type { LedgerHead } from '../ledger/scan.ts';
import type { KeptCheckpoint } from './checkpoint-book.ts';
import type { AnchorTime, CheckpointKeeper, CheckpointSigner } from './checkpoint-keeper.ts';
import { makeFolder, refuseNoVault, refuseUsedFolder, writeNewVault } from './creation.ts';
import { beginEpoch, type Acceptance, type NewEpoch } from './epoch.ts';
import { vaultFiles } from './files.ts';
import { FolderStorage } from './folder-storage.ts';
import { saveHashes } from './hashes.ts';
import { judgeLedger } from './judge-ledger.ts';
import { withVaultLock } from './lock.ts';
import { openParts, type VaultParts } from './opening.ts';
import { checked } from './reserved.ts';
import { rolledBack } from './restriction.ts';
import type { RollbackFinding, RollbackVerdict } from './rollback.ts';
import { orFailure } from './storage-failure.ts';
import type { Storage } from './storage.ts';
import { addTimestampLine, readTimestampLines } from './timestamp-file.ts';
import {
  Identity,
  type CommitOptions,
  type VaultContext,
  type VaultCreation,
} from './vault-context.ts';

export type { CommitOptions, VaultContext, VaultCreation };

const released = (): Promise<void> => Promise.resolve();

/** An open vault: the only way to change the keystore or to write the ledger. */
export class Vault {
  readonly #parts: VaultParts;
  readonly #closed = new AbortController();
  readonly #behind: Promise<Failure | null>;
  #restriction: Failure | null;
  #audit: Promise<AuditIndex> | null = null;
  #hasWritten = false;
  #closing: Promise<void> | null = null;

  private constructor(parts: VaultParts) {
    this.#parts = parts;
    this.#restriction = parts.restriction;
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
    await makeFolder(folder);
    const storage = new FolderStorage(folder);
    await refuseUsedFolder(storage, creation.beside ?? []);
    return withVaultLock(folder, (release) => Vault.createOn(storage, creation, context, release));
  }

  /**
   * Opens a vault, repairing what a crash left behind.
   * @throws Failure 'vault-not-found' | 'vault-locked' | 'ledger-damaged' | 'keystore-damaged' | 'keystore-foreign' | the disk's refusal
   */
  static async open(folder: string, context: VaultContext): Promise<Vault> {
    const storage = new FolderStorage(folder);
    await orFailure('The vault cannot be read', refuseNoVault(storage));
    return withVaultLock(folder, (release) => Vault.openOn(storage, context, release));
  }

  /** Like `create`, on any storage and without a lock of its own. */
  static async createOn(
    storage: Storage,
    creation: VaultCreation,
    context: VaultContext,
    release = released,
  ): Promise<Vault> {
    await refuseUsedFolder(storage, creation.beside ?? []);
    const identity = new Identity(context, creation.token ?? null);
    const written = writeNewVault(storage, identity, creation, context);
    await orFailure('The vault cannot be created', written);
    return new Vault(await openParts({ storage, identity, context, release }));
  }

  /** Like `open`, on any storage and without a lock of its own. */
  static async openOn(storage: Storage, context: VaultContext, release = released): Promise<Vault> {
    await refuseNoVault(storage);
    const identity = new Identity(context, null);
    return new Vault(await openParts({ storage, identity, context, release }));
  }

  get id(): VaultId {
    const id = this.tables.meta.vaultId();
    if (id === null) throw new Error('the keystore has no vault id');
    return id;
  }

  /** The committed state, to look at. */
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

  /**
   * What opening did not read of a large ledger is compared while the vault is open. Resolves with
   * what was found, which also ends every further act; null where all is well.
   */
  get verification(): Promise<Failure | null> {
    return this.#behind;
  }

  /** Reads what opening did not read. @throws Failure 'ledger-damaged' */
  async readAll(): Promise<void> {
    await orFailure('The ledger cannot be read', this.#parts.ledger.readAll());
  }

  /** To be called before the last checkpoint of a session. */
  async sumUp(): Promise<void> {
    const { ledger, keeper } = this.#parts;
    if (this.#restriction === null && keeper !== null) await ledger.sumUp();
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

  /** The public key of the checkpoints; null where the vault's token cannot sign. */
  get checkpointKey(): CheckpointKey | null {
    return this.#parts.ledger.facts.checkpointKey;
  }

  /** The newest checkpoint of this epoch; null before the first, and without a key. */
  get newestCheckpoint(): Checkpoint | null {
    return this.#parts.keeper?.newest ?? null;
  }

  /** When the newest checkpoint was signed, if since opening, and whether the token keeps it too. */
  get checkpointState(): Pick<CheckpointKeeper, 'signedAt' | 'isAnchored'> {
    return this.#parts.keeper ?? { signedAt: null, isAnchored: false };
  }

  /** Every checkpoint of this epoch, oldest first; signatures are for the reader to check. */
  get checkpoints(): readonly KeptCheckpoint[] {
    return this.#parts.keeper?.all ?? [];
  }

  /** Why the vault can only be looked at; null where it is in order. */
  get restriction(): Failure | null {
    return this.#restriction;
  }

  /** Signs checkpoints from now on; null when the vault is locked. */
  setSigner(signer: CheckpointSigner | null): void {
    this.#parts.keeper?.setSigner(signer);
  }

  /** A checkpoint over all records; null while locked or without a key. @throws Failure */
  async checkpoint(anchor: AnchorTime): Promise<Checkpoint | null> {
    this.#refuseClosed();
    return this.#restriction === null ? ((await this.#parts.keeper?.make(anchor)) ?? null) : null;
  }

  /** Compares the ledger with what was signed of it. @param anchors null where the token keeps none */
  judge(anchors: readonly string[] | null): RollbackVerdict | null {
    const { ledger, keeper } = this.#parts;
    return keeper === null ? null : judgeLedger(ledger, keeper, anchors);
  }

  /** Records that the folder is older than what was signed; from now on it can only be looked at. */
  async restrict(findings: readonly RollbackFinding[]): Promise<Failure> {
    const failure = rolledBack(findings);
    if (this.#restriction === null) {
      const details = { findings: findings.map(({ kind, problem }) => ({ kind, problem })) };
      const action = vaultActions.rollback;
      await this.#parts.ledger.append([{ action, subject: {}, outcome: 'failed', details }]);
    }
    this.#restriction = failure;
    return failure;
  }

  /** Accepts a rollback: a new ledger begins. The vault is to be opened again after that. */
  async beginEpoch(acceptance: Acceptance, signer: CheckpointSigner): Promise<NewEpoch> {
    if (this.#restriction === null) throw new Error('there is nothing to accept');
    const { storage, ledger, identity } = this.#parts;
    const work = beginEpoch(storage, ledger, identity, acceptance, signer);
    return orFailure('The new ledger cannot be begun', work);
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
    this.#hasWritten = true;
    return this.#parts.committer.commit(
      (draft) => draft.change(change),
      (result) => checked(record(result)),
      options,
    );
  }

  /** Records acts that change nothing in the keystore. @throws Failure 'record-failed' */
  async record(records: readonly NewRecord[]): Promise<LedgerRecord[]> {
    this.#refuseUnlessInOrder();
    this.#hasWritten = true;
    return this.#parts.ledger.append(records.map(checked));
  }

  /** Records that somebody looked, which a vault that can only be looked at does not. */
  async recordLook(record: NewRecord): Promise<void> {
    if (this.#restriction === null) await this.record([record]);
  }

  /** Records and keeps a time-stamping authority's reply, one JSON line in a file of its own. */
  async keepTimestamp(timestamp: JsonObject, record: NewRecord): Promise<void> {
    await this.record([record]);
    const written = addTimestampLine(this.#parts.storage, JSON.stringify(timestamp));
    await orFailure('The time stamp could not be kept', written);
  }

  /** What `keepTimestamp` kept, as it is in the file. */
  timestampLines(): Promise<string[]> {
    return readTimestampLines(this.#parts.storage);
  }

  /** Shows every durable line of the ledger from a byte on. @returns where the last one ends */
  async readLedger(from: number, look: (line: Buffer) => void): Promise<number> {
    this.#refuseClosed();
    const { storage, ledger } = this.#parts;
    const to = ledger.bytes;
    await readLines(storage, vaultFiles.ledger, { from, to }, look);
    return to;
  }

  /** The search index over the ledger; built when first asked for. */
  async audit(): Promise<AuditIndex> {
    this.#refuseClosed();
    const { context, storage, ledger } = this.#parts;
    this.#audit ??= AuditIndex.open(context, storage, ledger);
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
    const { storage, ledger, keystore, keeper, committer, release } = this.#parts;
    this.#closed.abort();
    await this.#behind.catch(() => undefined);
    await committer.settled();
    await ledger.settled();
    await this.#audit?.then((index) => index.close()).catch(() => undefined);
    if (this.#hasWritten) await storage.remove(vaultFiles.oldAuditIndex).catch(() => undefined);
    if (this.#restriction === null && keeper !== null)
      await saveHashes(storage, ledger.tree).catch(() => undefined);
    keystore.close();
    await release();
  }

  #refuseUnlessInOrder(): void {
    this.#refuseClosed();
    if (this.#restriction !== null) throw this.#restriction;
  }

  #refuseClosed(): void {
    if (this.#closing !== null) throw new Error('the vault is closed');
  }
}
