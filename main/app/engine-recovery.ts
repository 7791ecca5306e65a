import { engineLost } from '../engine/start.ts';
import type { OpenVault } from './open-vault.ts';

export interface EngineRecoveryParts {
  /** Whether this vault is still the one on the desk. */
  readonly isCurrent: (open: OpenVault) => boolean;
  readonly onSession: () => void;
  /** Recovering has failed. */
  readonly giveUp: () => void;
}

/** An engine that was lost: the session starts another one, and the PIN is asked for once. */
export class EngineRecovery {
  readonly #parts: EngineRecoveryParts;

  constructor(parts: EngineRecoveryParts) {
    this.#parts = parts;
  }

  begin(open: OpenVault): void {
    const { isCurrent, onSession, giveUp } = this.#parts;
    if (!isCurrent(open) || !open.session.isUnlocked) return;
    open.lost = engineLost();
    open.session.recover(open.lost, open.session.engine).then(() => {
      open.lost = null;
      onSession();
    }, giveUp);
    onSession();
  }

  /** The PIN that the recovery waits for. @throws Failure 'pin-incorrect' and the like */
  async go(open: OpenVault, pin: string | null): Promise<void> {
    const recovery = open.session.recover(open.lost ?? engineLost(), null);
    open.gate.offer(pin);
    await recovery;
  }
}
