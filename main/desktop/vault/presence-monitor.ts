import type { TokenPresence } from '../../../shared/contract/app.ts';
import type { EngineProcess } from '../../engine/index.ts';
import type { OpenVault } from './open-vault.ts';
import { TokenWatch, unknownPresence } from './token-watch.ts';

/** Whether the token of the open vault was connected at the last check. */
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
    // Before a library is loaded, and before the PIN is asked for.
    this.#presence = await this.#watch.recognise();
  }

  async stop(): Promise<void> {
    await this.#watch?.stop();
    this.#watch = null;
  }

  /** Releases the token, so that its own engine can be started. */
  async pause(): Promise<void> {
    await this.#watch?.stop();
  }

  /** The last result may be outdated. */
  forget(): void {
    this.#presence = unknownPresence;
  }

  /**
   * Looks, without a PIN.
   * @param wanted whether the answer is still needed when it arrives
   * @returns whether the result has changed
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
