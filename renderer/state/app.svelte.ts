import type { AppState, Screen } from '../../shared/contract/app.ts';
import type { Settings, SettingsChange } from '../../shared/contract/settings.ts';
import { problemOf, type Api, type Problem } from '../lib/api.ts';
import { Task } from './task.svelte.ts';

/** What the whole window knows: which screen it shows, the settings, the runtime. */
export class App {
  readonly api: Api;
  #state = $state.raw<AppState | null>(null);
  #problem = $state.raw<Problem | null>(null);
  readonly opening = new Task();
  /** The page on which reports are verified without a vault. */
  verifying = $state(false);

  constructor(api: Api) {
    this.api = api;
  }

  get state(): AppState | null {
    return this.#state;
  }

  get screen(): Screen | null {
    return this.#state?.screen ?? null;
  }

  get settings(): Settings | null {
    return this.#state?.settings ?? null;
  }

  /** Why not even the start screen is known. */
  get problem(): Problem | null {
    return this.#problem;
  }

  /** @returns a function that stops listening */
  start(): () => void {
    void this.#load();
    return this.api.on({
      state: (state) => (this.#state = state),
      settings: (settings) => {
        this.#change({ settings });
      },
    });
  }

  async saveSettings(change: SettingsChange): Promise<void> {
    this.#change({ settings: await this.api.call('settings.set', change) });
  }

  async pickOutputFolder(): Promise<void> {
    this.#change({ settings: await this.api.call('settings.pickOutputFolder', null) });
  }

  async clearOutputFolder(): Promise<void> {
    this.#change({ settings: await this.api.call('settings.clearOutputFolder', null) });
  }

  /** Leaves a locked or damaged vault. */
  async leaveVault(): Promise<void> {
    await this.opening.run(async () => {
      this.#change({ screen: await this.api.call('vault.close', null) });
    });
  }

  async openVault(id: string): Promise<void> {
    await this.opening.run(async () => {
      this.#change({ screen: await this.api.call('vault.open', { id }) });
    });
  }

  async chooseVault(): Promise<void> {
    await this.opening.run(async () => {
      const screen = await this.api.call('vault.choose', null);
      if (screen !== null) this.#change({ screen });
    });
  }

  async forgetVault(id: string): Promise<void> {
    await this.opening.run(async () => {
      const recent = await this.api.call('vault.forget', { id });
      if (this.screen?.screen === 'first-run') this.#change({ screen: { ...this.screen, recent } });
    });
  }

  async #load(): Promise<void> {
    try {
      this.#state = await this.api.call('app.state', null);
    } catch (error) {
      this.#problem = problemOf(error);
    }
  }

  #change(part: Partial<Pick<AppState, 'screen' | 'settings'>>): void {
    if (this.#state) this.#state = { ...this.#state, ...part };
  }
}
