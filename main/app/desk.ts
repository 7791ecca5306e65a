import path from 'node:path';
import type { LockReason, Screen, TokenPresence, VaultPlace } from '../../shared/contract/app.ts';
import { Failure, type FailureData, toFailureData } from '../../shared/failure.ts';
import { engineLost, type EngineProcess } from '../engine/start.ts';
import type { NewRecord } from '../ledger/record.ts';
import { Vault, type VaultContext } from '../vault/vault.ts';
import type { AutoLock } from './auto-lock.ts';
import { Handles } from './handles.ts';
import { OpenVault } from './open-vault.ts';
import type { RecentVaults } from './recent-vaults.ts';
import type { SettingsStore } from './settings-store.ts';
import { TokenWatch, unknownPresence } from './token-watch.ts';

export interface DeskParts {
  readonly settings: SettingsStore;
  readonly recent: RecentVaults;
  readonly autoLock: AutoLock;
  readonly vaultContext: VaultContext;
  readonly startEngine: () => EngineProcess;
  /** False on a runtime of a third party: evaluation vaults only. */
  readonly official: boolean;
  /** Another screen is due. */
  readonly onScreen: () => void;
  /** The session's status changed. */
  readonly onSession: () => void;
  /** Called when the vault is locked: everything given out is void, and a batch may go on. */
  readonly onLock: (reason: LockReason) => LockedWork;
}

/** What becomes of the work when the window is locked. */
export interface LockedWork {
  /** A batch goes on; the engine is needed until it has ended. */
  readonly goesOn: boolean;
  readonly ended: Promise<void>;
}

type Place =
  | { readonly kind: 'none' }
  | { readonly kind: 'damaged'; readonly vault: VaultPlace; readonly failure: FailureData }
  | { readonly kind: 'vault'; readonly open: OpenVault };

/** Which vault lies on the desk, and whether it is locked. One thing happens after the other. */
export class Desk {
  readonly #parts: DeskParts;
  readonly #folders = new Handles<string>('vault folders');
  #place: Place = { kind: 'none' };
  #watch: TokenWatch | null = null;
  #presence: TokenPresence = unknownPresence;
  #behind = false;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  get isUnlocked(): boolean {
    return this.#place.kind === 'vault' && this.#place.open.lock === null;
  }

  /** The open vault, locked or not; null where none is. */
  get open(): OpenVault | null {
    return this.#place.kind === 'vault' ? this.#place.open : null;
  }

  /** @throws Failure 'not-logged-in' */
  get unlocked(): OpenVault {
    const { open } = this;
    if (open?.lock === null) return open;
    throw this.#lockedFailure();
  }

  /** @throws Failure 'not-logged-in' */
  refuseLocked(): void {
    if (!this.isUnlocked) throw this.#lockedFailure();
  }

  #lockedFailure(): Failure {
    return new Failure('not-logged-in', 'The vault is locked.', {
      unharmed: 'Nothing was changed.',
      next: 'Unlock it with the PIN of its token.',
    });
  }

  screen(): Screen {
    const place = this.#place;
    if (place.kind === 'none') return { screen: 'first-run', recent: this.recent() };
    if (place.kind === 'damaged')
      return { screen: 'damaged', vault: place.vault, failure: place.failure };
    const { open } = place;
    const vault = open.info();
    if (open.lock === null) return { screen: 'open', vault };
    const { lock } = open;
    return {
      screen: 'locked',
      vault,
      token: this.#presence,
      lock: { ...lock },
      batchRunning: this.#behind,
    };
  }

  recent(): { id: string; name: string; path: string; present: boolean; opened: string }[] {
    const known = new Map(this.#folders.entries().map(([id, folder]) => [folder, id]));
    return this.#parts.recent.list().map(({ path: folder, ...rest }) => ({
      id: known.get(folder) ?? this.#folders.give(folder),
      name: path.basename(folder),
      path: folder,
      ...rest,
    }));
  }

  folderOf(id: string): string {
    return this.#folders.get(id);
  }

  /** Opens a vault's folder; one that does not open is shown as damaged, with the reason. */
  openFolder(folder: string): Promise<Screen> {
    return this.#alone(async () => {
      await this.#leave('user');
      try {
        await this.#enter(folder);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        this.#place = {
          kind: 'damaged',
          vault: { id: this.#folders.give(folder), name: path.basename(folder), path: folder },
          failure: toFailureData(error),
        };
      }
      this.#parts.onScreen();
      void this.look();
      return this.screen();
    });
  }

  /** Opens a vault that has just been made, with the engine that made it. */
  adopt(folder: string, engine: EngineProcess): Promise<void> {
    return this.#alone(async () => {
      await this.#leave('user');
      const open = await this.#enter(folder);
      void engine.exited.then(({ asked }) => {
        if (!asked) this.#engineLost(open);
      });
      await open.session.adopt(engine, await engine.caller.call('tokenStatus', null));
      this.#unlocked(open);
    });
  }

  /** Leaves the vault, locking it first. */
  close(reason: LockReason = 'user'): Promise<Screen> {
    return this.#alone(async () => {
      await this.#leave(reason);
      this.#parts.onScreen();
      return this.screen();
    });
  }

  /** @throws Failure 'pin-incorrect' and the like */
  async unlock(pin: string | null): Promise<void> {
    const { open } = this;
    if (open?.gate.isAwaited === true) return this.#giveAgain(open, pin);
    return this.#alone(async () => {
      const vault = this.#needVault();
      if (vault.lock === null) return;
      vault.gate.offer(pin);
      // The window asks for one PIN: a second question would find nobody.
      try {
        await (this.#behind ? this.#unlockBehind(vault) : this.#unlockToken(vault, pin));
      } finally {
        vault.gate.withdraw();
      }
      this.#unlocked(vault);
    });
  }

  lock(reason: LockReason): Promise<void> {
    const { open } = this;
    if (open?.lock !== null) return Promise.resolve();
    // At once, so that nothing that is asked from now on is answered.
    open.lock = { reason, at: new Date().toISOString() };
    open.gate.close();
    this.#parts.onScreen();
    return this.#alone(async () => {
      await this.#lockNow(open, reason);
      this.#parts.onScreen();
      void this.look();
    });
  }

  /** Looks for the token. While unlocked, a token that is gone locks the vault. */
  async look(): Promise<void> {
    const { open } = this;
    if (open === null) return;
    if (open.lock !== null) return this.#lookLocked(open);
    if (open.gate.isAwaited || !open.session.isUnlocked) return;
    try {
      await open.session.tokenNow();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.code === 'token-removed' || error.code === 'token-not-found')
        await this.lock('token-removed');
    }
  }

  /** Writes to the ledger, where a vault is open. */
  async record(record: NewRecord): Promise<void> {
    await this.open?.vault.record([record]);
  }

  async #enter(folder: string): Promise<OpenVault> {
    const { vaultContext, startEngine, settings, official } = this.#parts;
    const vault = await Vault.open(folder, vaultContext);
    if (!official && !vault.tables.meta.isEvaluation()) {
      await vault.close();
      throw unsafeRuntime();
    }
    const open = new OpenVault({
      id: this.#folders.give(folder),
      folder,
      vault,
      startEngine,
      lifetimes: () => ({
        idleMs: settings.values.cacheIdleMinutes * 60_000,
        absoluteMs: settings.values.cacheMinutes * 60_000,
      }),
      onEngineLost: (lost) => this.#engineLost(lost),
      onPinAwaited: () => this.#parts.onSession(),
    });
    this.#place = { kind: 'vault', open };
    this.#presence = unknownPresence;
    this.#watch = new TokenWatch(open, startEngine);
    await this.#parts.recent.add(folder);
    return open;
  }

  async #leave(reason: LockReason): Promise<void> {
    const { open } = this;
    this.#place = { kind: 'none' };
    await this.#watch?.stop();
    this.#watch = null;
    if (open === null) return;
    open.gate.close();
    await this.#parts.onLock(reason).ended;
    await open.session.lock(reason);
    await open.vault.close();
  }

  async #unlockToken(open: OpenVault, pin: string | null): Promise<void> {
    await this.#watch?.stop();
    if (pin === null) open.gate.close();
    await open.session.unlock();
  }

  /** A batch still runs, logged in: the PIN is checked beside it. */
  async #unlockBehind(open: OpenVault): Promise<void> {
    await open.session.checkPin();
    await open.vault.record([{ action: 'window.unlock', subject: {}, outcome: 'ok', details: {} }]);
  }

  #unlocked(open: OpenVault): void {
    open.lock = null;
    open.lost = null;
    open.unlockedAt = new Date().toISOString();
    this.#behind = false;
    this.#parts.autoLock.touch();
    this.#parts.onScreen();
  }

  async #lockNow(open: OpenVault, reason: LockReason): Promise<void> {
    const work = this.#parts.onLock(reason);
    if (!work.goesOn) {
      await work.ended;
      await open.session.lock(reason);
      return;
    }
    this.#behind = true;
    await open.vault.record([
      { action: 'window.lock', subject: {}, outcome: 'ok', details: { reason } },
    ]);
    void work.ended.then(() => this.#lockBehind(open, reason));
  }

  /** The batch has ended behind the locked window: now the token is locked too. */
  #lockBehind(open: OpenVault, reason: LockReason): Promise<void> {
    return this.#alone(async () => {
      if (open.lock === null || this.open !== open) return;
      this.#behind = false;
      await open.session.lock(reason);
      this.#parts.onScreen();
    });
  }

  /** The engine was lost: the session starts another one and asks for the PIN, once. */
  #engineLost(open: OpenVault): void {
    if (this.open !== open || !open.session.isUnlocked) return;
    open.lost = engineLost();
    open.session.recover(open.lost, open.session.engine).then(
      () => this.#recovered(open),
      () => this.lock('engine-lost'),
    );
    this.#parts.onSession();
  }

  async #giveAgain(open: OpenVault, pin: string | null): Promise<void> {
    const recovery = open.session.recover(open.lost ?? engineLost(), null);
    open.gate.offer(pin);
    await recovery;
  }

  #recovered(open: OpenVault): void {
    open.lost = null;
    this.#parts.onSession();
  }

  async #lookLocked(open: OpenVault): Promise<void> {
    const watch = this.#watch;
    if (watch === null || this.#behind) return;
    const presence = await watch.look();
    if (open.lock === null || this.open !== open) return watch.stop();
    const changed = JSON.stringify(presence) !== JSON.stringify(this.#presence);
    this.#presence = presence;
    if (changed) this.#parts.onScreen();
  }

  #needVault(): OpenVault {
    if (this.open !== null) return this.open;
    throw new Failure('vault-not-found', 'No vault is open.', { next: 'Open a vault first.' });
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }
}

const unsafeRuntime = (): Failure =>
  new Failure(
    'unsafe-runtime',
    'This copy of Claviger runs on an Electron from a third party, which opens evaluation vaults only.',
    {
      unharmed: 'Nothing was opened and nothing was changed.',
      next: 'Open this vault with an installed Claviger, or with the command line.',
    },
  );
