import { Failure } from '../../../shared/failure.ts';
import { pinNotEntered } from '../../../shared/messages/failures/desktop.ts';

/**
 * Passes one PIN from the window to the code that asks for it, and keeps none. A PIN is used once;
 * a request without a PIN waits for one.
 */
export class PinGate {
  readonly #onAwaited: () => void;
  #offered: string | null = null;
  #waiting: { resolve: (pin: string) => void; reject: (failure: Failure) => void } | null = null;
  #closed = false;

  /** @param onAwaited called when the window must ask for the PIN */
  constructor(onAwaited: () => void) {
    this.#onAwaited = onAwaited;
  }

  get isAwaited(): boolean {
    return this.#waiting !== null;
  }

  offer(pin: string | null): void {
    this.#closed = false;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting === null) this.#offered = pin;
    else if (pin === null) waiting.reject(pinNotEntered());
    else waiting.resolve(pin);
  }

  /** Forgets a PIN that was not used. */
  withdraw(): void {
    this.#offered = null;
  }

  /** From now on there is nobody to ask, until the next PIN is offered. */
  close(): void {
    this.#closed = true;
    this.#offered = null;
    this.#waiting?.reject(pinNotEntered());
    this.#waiting = null;
  }

  take(): Promise<string> {
    const pin = this.#offered;
    this.#offered = null;
    if (pin !== null) return Promise.resolve(pin);
    if (this.#closed) return Promise.reject(pinNotEntered());
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#onAwaited();
    });
  }
}
