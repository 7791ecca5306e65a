import pLimit from 'p-limit';
import type { Output } from '../../../shared/contract.ts';
import type { LockReason, Screen } from '../../../shared/contract/app.ts';
import { Failure, toFailureData } from '../../../shared/failure.ts';
import {
  batchWhileLocked,
  noVaultOpen,
  viewOnly,
} from '../../../shared/messages/failures/desktop.ts';
import { nothingToAccept, vaultIsLocked } from '../../../shared/messages/failures/session.ts';
import type { EngineProcess } from '../../engine/index.ts';
import type { NewRecord } from '../../ledger/index.ts';
import { inTime, needOpen } from '../../session/index.ts';
import type { AutoLock } from './auto-lock.ts';
import { EngineRecovery } from './engine-recovery.ts';
import { enterVault, type VaultSurroundings } from './enter-vault.ts';
import { PresenceMonitor } from './presence-monitor.ts';
import { type Access, lockedFor, type OpenVault } from './open-vault.ts';
import { type Place, screenOf } from './place.ts';
import type { RecentVaults } from './recent-vaults.ts';
import { unlockBehind, unlockToken, withPin } from './unlocking.ts';
import { VaultFolders } from './vault-folders.ts';
import { CANCEL_MS } from './hung-driver.ts';

export interface DeskParts extends VaultSurroundings {
  readonly recent: RecentVaults;
  readonly autoLock: AutoLock;
  /** Another screen is due. */
  readonly onScreen: () => void;
  /** The session's status changed. */
  readonly onSession: () => void;
  /** How many opened files are not planned yet. */
  readonly filesWaiting: () => number;
  /** Called when the vault is locked: all given IDs are forgotten, and a batch may continue. */
  readonly onLock: (reason: LockReason) => LockedWork;
}

/** What happens to running work when the window is locked. */
export interface LockedWork {
  /** A batch continues; the engine is needed until it ends. */
  readonly goesOn: boolean;
  readonly ended: Promise<void>;
}

/** Which vault is open, and whether it is locked. One change at a time. */
export class Desk {
  readonly #parts: DeskParts;
  readonly #folders: VaultFolders;
  readonly #recovery: EngineRecovery;
  readonly #presence: PresenceMonitor;
  #place: Place = { kind: 'none' };
  readonly #alone = pLimit(1);

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#folders = new VaultFolders(parts.recent);
    this.#presence = new PresenceMonitor(parts.startEngine);
    this.#recovery = new EngineRecovery({
      isCurrent: (open) => this.open === open,
      onSession: parts.onSession,
      giveUp: () => void this.lock('engine-lost'),
    });
  }

  get isUnlocked(): boolean {
    return this.open?.isLocked === false;
  }

  /** The open vault, locked or not; null if none is open. */
  get open(): OpenVault | null {
    return this.#place.kind === 'vault' ? this.#place.open : null;
  }

  /** @throws Failure 'not-logged-in' */
  get unlocked(): OpenVault {
    const { open } = this;
    if (open?.isLocked === false) return open;
    throw vaultIsLocked();
  }

  /** Why the open vault is read-only; null if it is not, or is locked. */
  get restriction(): Failure | null {
    return this.open?.access.kind === 'read-only' ? viewOnly() : null;
  }

  /** @throws Failure 'not-logged-in' | 'rolled-back' */
  refuseChanges(): void {
    if (!this.isUnlocked) throw vaultIsLocked();
    if (this.restriction !== null) throw this.restriction;
  }

  /** The open vault, once the change in progress has ended. */
  settled(): Promise<OpenVault | null> {
    return this.#alone(() => this.open);
  }

  screen(): Screen {
    return screenOf(this.#place, {
      recent: this.recent(),
      token: this.#presence.presence,
      filesWaiting: this.#parts.filesWaiting(),
    });
  }

  recent(): Output<'vault.recent'> {
    return this.#folders.recent();
  }

  folderOf(id: string): string {
    return this.#folders.get(id);
  }

  /**
   * Opens a vault's folder. If that fails, it is shown as damaged, with the reason.
   * @throws Failure 'busy'
   */
  openFolder(folder: string): Promise<Screen> {
    return this.#alone(async () => {
      this.#refuseBehind();
      await this.#leave('user');
      await this.#enterOrShow(folder);
      this.#parts.onScreen();
      void this.look();
      return this.screen();
    });
  }

  /** Opens a vault that has just been created, with the engine that created it. */
  adopt(folder: string, engine: EngineProcess): Promise<void> {
    return this.#alone(async () => {
      await this.#leave('user');
      const open = await this.#enter(folder);
      void engine.exited.then(({ asked }) => {
        if (!asked) this.#recovery.begin(open);
      });
      const token = await engine.caller.call('tokenStatus', null);
      needOpen(await open.session.adopt(engine, token));
      this.#give(open, { kind: 'open', since: new Date().toISOString() });
    });
  }

  /** Leaves the vault, locking it first. @throws Failure 'busy', except when quitting */
  close(reason: LockReason = 'user'): Promise<Screen> {
    return this.#alone(async () => {
      if (reason !== 'quit') this.#refuseBehind();
      await this.#leave(reason);
      this.#parts.onScreen();
      return this.screen();
    });
  }

  /**
   * @param carryOver somebody has confirmed the records that an older version left unsigned
   * @returns what the window may do now
   * @throws Failure 'pin-incorrect' and the like
   */
  async unlock(pin: string | null, carryOver = false): Promise<Access> {
    const { open } = this;
    if (open?.gate.isAwaited === true) {
      await this.#recovery.go(open, pin);
      return open.access;
    }
    try {
      return await this.#alone(async () => {
        const vault = this.#needVault();
        const { access } = vault;
        if (access.kind !== 'locked') return access;
        if (!access.batchBehind) await this.#unlockToken(vault, pin, carryOver);
        else this.#give(vault, await unlockBehind(vault, pin));
        return vault.access;
      });
    } finally {
      // The state of the PIN is another one now.
      if (!this.isUnlocked) void this.look();
    }
  }

  lock(reason: LockReason): Promise<void> {
    const { open } = this;
    if (open?.isLocked !== false) return Promise.resolve();
    // At once, so that nothing that is asked from now on is answered.
    open.access = lockedFor(reason);
    open.gate.close();
    this.#presence.forget();
    this.#parts.onScreen();
    return this.#alone(async () => {
      await this.#lockNow(open, reason);
      this.#parts.onScreen();
      void this.look();
    });
  }

  /** Looks for the token. If it is missing while unlocked, the vault is locked. */
  async look(): Promise<void> {
    const { open } = this;
    if (open === null) return;
    if (open.isLocked) return this.#lookLocked(open);
    if (open.gate.isAwaited || !open.session.isLoggedIn) return;
    try {
      await open.session.tokenNow();
      await open.doDueActs();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.code === 'token-removed' || error.code === 'token-not-found')
        await this.lock('token-removed');
    }
  }

  /**
   * Starts a new epoch of a vault that was rolled back, and opens it with the same PIN. If only
   * opening fails, the vault is locked and the new epoch has started.
   * @throws Failure 'pin-incorrect' and the like, with nothing changed
   */
  accept(pin: string | null, reason: string): Promise<number> {
    return this.#alone(async () => {
      const before = this.#needVault();
      if (before.rollback === null) throw nothingToAccept();
      const epoch = await withPin(before, pin, () => before.session.acceptAndContinue(reason));
      await this.#leave('user');
      const fresh = await this.#enterOrShow(before.folder);
      // Somebody may have locked the window meanwhile.
      if (fresh !== null && !before.isLocked) await this.#unlockAgain(fresh, pin);
      this.#parts.onScreen();
      return epoch;
    });
  }

  /** Writes to the ledger, if a vault is open. @throws Failure 'rolled-back' | 'record-failed' */
  async record(record: NewRecord): Promise<void> {
    await this.open?.vault.record([record]);
  }

  /** The same for views: a read-only vault does without the record. */
  async recordLook(record: NewRecord): Promise<void> {
    await this.open?.vault.recordLook(record);
  }

  async #unlockToken(open: OpenVault, pin: string | null, carryOver = false): Promise<void> {
    const access = await withPin(open, pin, async () => {
      await this.#presence.pause();
      return unlockToken(open, carryOver);
    });
    this.#give(open, access);
  }

  async #unlockAgain(open: OpenVault, pin: string | null): Promise<void> {
    try {
      await this.#unlockToken(open, pin);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }

  async #enterOrShow(folder: string): Promise<OpenVault | null> {
    try {
      return await this.#enter(folder);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const vault = this.#folders.give(folder);
      this.#place = { kind: 'damaged', vault, failure: toFailureData(error) };
      return null;
    }
  }

  async #enter(folder: string): Promise<OpenVault> {
    const place = {
      id: this.#folders.give(folder).id,
      folder,
      onEngineLost: (lost: OpenVault) => this.#recovery.begin(lost),
      onRecovery: (...recovery: Parameters<EngineRecovery['follow']>) =>
        this.#recovery.follow(...recovery),
      onPinAwaited: () => this.#parts.onSession(),
    };
    const open = await enterVault(place, this.#parts);
    this.#place = { kind: 'vault', open };
    await this.#presence.follow(open);
    await this.#parts.recent.add(folder);
    return open;
  }

  async #leave(reason: LockReason): Promise<void> {
    const { open } = this;
    this.#place = { kind: 'none' };
    await this.#presence.stop();
    if (open === null) return;
    open.gate.close();
    await this.#lockAfter(this.#parts.onLock(reason), open, reason);
    await open.vault.close();
  }

  #give(open: OpenVault, access: Access): void {
    open.access = access;
    if (!open.isLocked) {
      open.lost = null;
      this.#parts.autoLock.restart();
    }
    this.#parts.onScreen();
  }

  async #lockNow(open: OpenVault, reason: LockReason): Promise<void> {
    const work = this.#parts.onLock(reason);
    if (!work.goesOn) return this.#lockAfter(work, open, reason);
    open.amendLock({ batchBehind: true });
    await open.vault.record([
      { action: 'window.lock', subject: {}, outcome: 'ok', details: { reason } },
    ]);
    void work.ended.then(() => this.#lockBehind(open, reason));
  }

  /** A hung driver does not answer a cancelled batch, which then ends with its engine. */
  async #lockAfter({ ended }: LockedWork, open: OpenVault, reason: LockReason): Promise<void> {
    await inTime(ended, CANCEL_MS);
    await open.session.lock(reason);
    await ended;
  }

  /** The batch has ended while the window was locked: now lock the token too. */
  #lockBehind(open: OpenVault, reason: LockReason): Promise<void> {
    return this.#alone(async () => {
      if (!open.isLocked || this.open !== open) return;
      open.amendLock({ batchBehind: false });
      await open.session.lock(reason);
      this.#parts.onScreen();
    });
  }

  async #lookLocked(open: OpenVault): Promise<void> {
    if (this.#isBatchBehind) return;
    const changed = await this.#presence.look(() => open.isLocked && this.open === open);
    if (changed) this.#parts.onScreen();
  }

  /** Somebody at a locked window must not be able to stop the batch. */
  #refuseBehind(): void {
    if (this.#isBatchBehind) throw batchWhileLocked();
  }

  get #isBatchBehind(): boolean {
    const access = this.open?.access;
    return access?.kind === 'locked' && access.batchBehind;
  }

  #needVault(): OpenVault {
    if (this.open !== null) return this.open;
    throw noVaultOpen();
  }
}
