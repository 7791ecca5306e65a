/** Knows when the vault is to be locked for want of input. */
export class AutoLock {
  readonly #minutes: () => number;
  readonly #now: () => number;
  #lastInputMs: number;

  constructor(minutes: () => number, now: () => number = () => Date.now()) {
    this.#minutes = minutes;
    this.#now = now;
    this.#lastInputMs = now();
  }

  /** Somebody typed, moved or clicked. */
  touch(): void {
    this.#lastInputMs = this.#now();
  }

  /** UTC, ISO 8601, to the second. */
  get locksAt(): string {
    const ms = this.#lastInputMs + this.#minutes() * 60_000;
    return new Date(Math.ceil(ms / 1_000) * 1_000).toISOString();
  }

  /** Also true once the computer has slept that long. */
  get isDue(): boolean {
    return this.#now() >= this.#lastInputMs + this.#minutes() * 60_000;
  }
}
