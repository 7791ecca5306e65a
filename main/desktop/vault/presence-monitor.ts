import type { TokenPresence } from '../../../shared/contract/app.ts';
import type { EngineProcess } from '../../engine/index.ts';
import type { OpenVault } from './open-vault.ts';
import { TokenWatch, unknownPresence } from './token-watch.ts';

/** Whether the token of the vault on the desk is there, as it was seen last. */
export class PresenceMonitor {
  readonly #startEngine: () => EngineProcess;
  #watch: TokenWatch | null = null;
  #presence: TokenPresence = unknownPresence;

  constructor(startEngine: () => EngineProcess) {
    this.#startEngine = startEngine;
  }

  get presence(): TokenPresence {
    return this.#presence;
  }

  /** Watches this vault’s token from now on. */
  async follow(open: OpenVault): Promise<void> {
    this.#watch = new TokenWatch(open, this.#startEngine);
    // Before anything is loaded, and before anybody is asked for a PIN.
    this.#presence = await this.#watch.recognise();
  }

  async stop(): Promise<void> {
    await this.#watch?.stop();
    this.#watch = null;
  }

  /** Lets go of the token, so that an engine of its own can be started for it. */
  async pause(): Promise<void> {
    await this.#watch?.stop();
  }

  /** What was seen before may not be so any more. */
  forget(): void {
    this.#presence = unknownPresence;
  }

  /**
   * Looks, without a PIN.
   * @param wanted whether the answer is still of use once it is there
   * @returns whether something else is seen than before
   */
  async look(wanted: () => boolean): Promise<boolean> {
    const watch = this.#watch;
    if (watch === null) return false;
    const presence = await watch.look();
    if (!wanted()) {
      await watch.stop();
      return false;
    }
    if (presence === null) return false;
    const changed = JSON.stringify(presence) !== JSON.stringify(this.#presence);
    this.#presence = presence;
    return changed;
  }
}
