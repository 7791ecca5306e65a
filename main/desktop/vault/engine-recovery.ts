import type { Failure } from '../../../shared/failure.ts';
import { engineLost } from '../../../shared/messages/failures/engine.ts';
import type { OpenVault } from './open-vault.ts';

export interface EngineRecoveryParts {
  /** Whether this vault is still the open one. */
  readonly isCurrent: (open: OpenVault) => boolean;
  readonly onSession: () => void;
  /** Recovering has failed. */
  readonly giveUp: () => void;
}

/** After an engine was lost: the session starts another one, and the PIN is asked for once. */
export class EngineRecovery {
  readonly #parts: EngineRecoveryParts;

  constructor(parts: EngineRecoveryParts) {
    this.#parts = parts;
  }

  /** The engine has ended unexpectedly; a batch may have noticed it first. */
  begin(open: OpenVault): void {
    if (!this.#parts.isCurrent(open) || !open.session.isLoggedIn) return;
    // Its result goes to `follow`.
    open.session.recover(engineLost(), open.session.engine).catch(() => undefined);
  }

  /** A recovery that was started here or by a batch. */
  follow(open: OpenVault, cause: Failure, recovered: Promise<void>): void {
    const { isCurrent, onSession, giveUp } = this.#parts;
    open.lost = cause;
    recovered.then(
      () => {
        open.lost = null;
        onSession();
      },
      () => {
        if (isCurrent(open)) giveUp();
      },
    );
    onSession();
  }

  /**
   * The PIN that the recovery waits for. It is checked separately, so that a wrong one does not end
   * the recovery.
   * @throws Failure 'pin-incorrect' and the like
   */
  async go(open: OpenVault, pin: string | null): Promise<void> {
    await open.session.checkPin(pin);
    // If it was locked in the meantime, nobody takes the PIN.
    if (open.gate.isAwaited) open.gate.offer(pin);
    await open.session.ready();
  }
}
