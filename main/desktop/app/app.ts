import path from 'node:path';
import type { Output } from '../../../shared/contract.ts';
import type { AppState } from '../../../shared/contract/app.ts';
import {
  securitySettings,
  type Settings,
  type SettingsChange,
} from '../../../shared/contract/settings.ts';
import type { Session } from '../../../shared/contract/session.ts';
import { VERSION } from '../../../shared/version.ts';
import type { EngineProcess } from '../../engine/index.ts';
import { inTime } from '../../session/index.ts';
import { makeFolder } from '../../system/index.ts';
import type { TrustStore } from '../../trust/index.ts';
import type { VaultContext } from '../../vault/index.ts';
import type { Trash } from '../../batch/index.ts';
import { AuditView, recallVerification } from '../audit/index.ts';
import {
  AutoLock,
  Desk,
  type OpenVault,
  RecentVaults,
  statusOf,
  Trusting,
} from '../vault/index.ts';
import { type Dialogs, Events } from '../common/index.ts';
import { Checkpoints, Reports, Verifying } from '../reports/index.ts';
import { SettingsStore } from '../settings/index.ts';
import { Setup } from '../setup/index.ts';
import { Surveys, Work } from '../work/index.ts';

export interface AppParts {
  /** Folder of the settings and the list of vaults. */
  readonly dataDir: string;
  readonly vaultContext: VaultContext;
  readonly startEngine: () => EngineProcess;
  /** What this user's computer knows about vaults, outside of their folders. */
  readonly trust: TrustStore;
  readonly dialogs: Dialogs;
  readonly trash: Trash;
  readonly runtime: AppState['runtime'];
  /** Stores the details of a bug for the developers. */
  readonly report: (error: unknown) => void;
  /** The window must forget everything it has shown. */
  readonly onLocked: () => void;
}

interface Stores {
  readonly settings: SettingsStore;
  readonly recent: RecentVaults;
}

/** How long to wait for the engine to accept new lifetimes, in milliseconds. */
const LIFETIMES_MS = 5_000;

/** The app's services, connected to each other; independent of Electron. */
export class App {
  readonly events: Events = new Events(() => this.desk.isUnlocked);
  readonly settings: SettingsStore;
  readonly recent: RecentVaults;
  readonly autoLock: AutoLock;
  readonly desk: Desk;
  readonly work: Work;
  readonly surveys: Surveys;
  readonly setup: Setup;
  readonly trusting: Trusting;
  readonly audit = new AuditView();
  readonly reports: Reports;
  readonly checkpoints: Checkpoints;
  readonly verifying: Verifying;
  readonly dialogs: Dialogs;
  readonly #parts: AppParts;
  #outputFolder: { readonly id: string; readonly path: string } | null = null;
  #lastStatus = '';
  /** The unlocked vault that the window was shown last. */
  #shown: OpenVault | null = null;

  private constructor(parts: AppParts, { settings, recent }: Stores) {
    this.#parts = parts;
    this.settings = settings;
    this.recent = recent;
    this.dialogs = parts.dialogs;
    this.autoLock = new AutoLock(() => settings.values.autoLockMinutes);
    const { events, dialogs, autoLock } = this;
    const { vaultContext, startEngine, trust, runtime, report } = parts;
    const { anyToken } = runtime;
    this.desk = new Desk({
      ...{ settings, recent, autoLock, vaultContext, startEngine, trust, anyToken },
      onScreen: () => this.#screenChanged(),
      filesWaiting: () => this.work.draft.paths.length,
      onSession: () => void this.tick(),
      onLock: (reason) => {
        const batch = this.work.lock(
          settings.values.batchWhileLocked === 'finish' &&
            reason !== 'token-removed' &&
            reason !== 'quit',
        );
        const ended = Promise.all([batch.ended, this.reports.lock(), this.surveys.lock()]).then(
          () => undefined,
        );
        return { goesOn: batch.goesOn, ended };
      },
    });
    const { desk } = this;
    this.setup = new Setup({ desk, events, dialogs, vaultContext, startEngine, trust, anyToken });
    this.trusting = new Trusting({ desk, dialogs });
    this.reports = new Reports({ desk, events, dialogs });
    this.surveys = new Surveys({ desk, events, dialogs });
    this.checkpoints = new Checkpoints({ desk, dialogs });
    const { user } = vaultContext.actor;
    this.verifying = new Verifying({ desk, dialogs, user, signers: trust.signers() });
    this.work = new Work({
      ...{ desk, events, dialogs, report, trash: parts.trash },
      outputFolder: () => this.#currentOutputFolder(),
    });
  }

  static async start(parts: AppParts): Promise<App> {
    await makeFolder(parts.dataDir);
    const settings = await SettingsStore.open(path.join(parts.dataDir, 'settings.json'));
    const recent = await RecentVaults.open(path.join(parts.dataDir, 'vaults.json'));
    return new App(parts, { settings, recent });
  }

  state(): AppState {
    const { platform } = process;
    return {
      version: VERSION,
      platform: platform === 'darwin' || platform === 'win32' ? platform : 'linux',
      runtime: this.#parts.runtime,
      screen: this.desk.screen(),
      settings: this.settingsView(),
    };
  }

  settingsView(): Settings {
    return { ...this.settings.values, outputFolder: this.#currentOutputFolder() };
  }

  async changeSettings(
    change: SettingsChange & { outputFolder?: string | null },
  ): Promise<Settings> {
    const before = this.settings.values;
    const details = Object.fromEntries(
      securitySettings
        .filter((name) => change[name] !== undefined && change[name] !== before[name])
        .map((name) => [name, { before: before[name], after: change[name] ?? before[name] }]),
    );
    if (Object.keys(details).length > 0) {
      // Somebody at a locked vault must not be able to delay locking or keep keys for longer.
      if (this.desk.open !== null) this.desk.refuseChanges();
      // What cannot be recorded is not done.
      await this.desk.record({ action: 'settings.change', subject: {}, outcome: 'ok', details });
    }
    await this.settings.change(change);
    if (change.cacheIdleMinutes !== undefined || change.cacheMinutes !== undefined) {
      await this.#useLifetimes();
    }
    const settings = this.settingsView();
    this.events.push('settings', settings);
    return settings;
  }

  async status(): Promise<Session> {
    const { user, host } = this.#parts.vaultContext.actor;
    const batch = this.work.isRunning ? (this.work.current()?.id ?? null) : null;
    const { locksAt } = this.autoLock;
    return statusOf(this.desk.unlocked, {
      locksAt,
      batch,
      user,
      host,
      lifetimes: this.#lifetimes(),
    });
  }

  /** Once a second: sends the window a changed status, and locks when it is time. */
  async tick(): Promise<void> {
    if (!this.desk.isUnlocked) return;
    if (this.autoLock.isDue) {
      await this.desk.lock('idle');
      return;
    }
    const status = await this.status().catch(() => null);
    if (status === null || this.desk.open?.isLocked !== false) return;
    const text = JSON.stringify(status);
    if (text === this.#lastStatus) return;
    this.#lastStatus = text;
    this.events.push('session', status);
  }

  /** Files opened from the file manager wait in the draft until the vault is unlocked. */
  async addFiles(paths: readonly string[]): Promise<Output<'draft.get'>> {
    const draft = await this.work.draft.add(paths);
    // A locked window only shows how many they are.
    if (this.desk.isUnlocked) this.events.push('draft', draft);
    else this.events.push('state', this.state());
    return draft;
  }

  /** The vault that was open last time, if its folder is there. */
  async openLast(): Promise<void> {
    const [last] = this.recent.list();
    if (last?.present === true) await this.desk.openFolder(last.path);
  }

  async stop(): Promise<void> {
    await this.setup.cancel();
    await this.desk.close('quit');
  }

  #screenChanged(): void {
    this.#lastStatus = '';
    const before = this.#shown;
    this.#shown = this.desk.isUnlocked ? this.desk.unlocked : null;
    if (before !== null && this.#shown === null) {
      this.audit.forget();
      this.reports.forget();
      this.#parts.onLocked();
    }
    if (this.#shown !== null && this.#shown !== before) this.#recall(this.#shown);
    this.events.push('state', this.state());
  }

  /** Nothing waits for this, and a vault that is closed meanwhile does not need it. */
  #recall(open: OpenVault): void {
    void recallVerification(open).catch((error: unknown) => {
      if (this.desk.open === open) this.#parts.report(error);
    });
  }

  #lifetimes(): { idleMs: number; absoluteMs: number } {
    const { cacheIdleMinutes, cacheMinutes } = this.settings.values;
    return { idleMs: cacheIdleMinutes * 60_000, absoluteMs: cacheMinutes * 60_000 };
  }

  /**
   * An engine with a hung driver gets them when it answers again; a new engine, when it unlocks.
   */
  async #useLifetimes(): Promise<void> {
    const { open } = this.desk;
    if (open?.session.isLoggedIn !== true) return;
    await inTime(open.session.engine.call('setLifetimes', this.#lifetimes()), LIFETIMES_MS);
  }

  #currentOutputFolder(): { id: string; path: string } | null {
    const folder = this.settings.values.outputFolder;
    if (folder === null) return null;
    if (this.#outputFolder?.path !== folder) this.#outputFolder = this.work.giveOutput(folder);
    return { ...this.#outputFolder };
  }
}
