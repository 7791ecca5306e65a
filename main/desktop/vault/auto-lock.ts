import { type Clocks, Moment, systemClocks } from '../../system/index.ts';

/** Knows when to lock the vault after inactivity. */
export class AutoLock {
  readonly #minutes: () => number;
  readonly #clocks: Clocks;
  #lastInput: Moment;

  constructor(minutes: () => number, clocks: Clocks = systemClocks) {
    this.#minutes = minutes;
    this.#clocks = clocks;
    this.#lastInput = new Moment(clocks);
  }

  /** The vault was unlocked: the time starts again. */
  restart(): void {
    this.#lastInput = new Moment(this.#clocks);
  }

  /** There was input. Ignored when locking is already due, as after a long sleep. */
  touch(): void {
    if (!this.isDue) this.restart();
  }

  /** UTC, ISO 8601, to the second. */
  get locksAt(): string {
    const ms = this.#lastInput.wallMs + this.#limitMs;
    return new Date(Math.floor(ms / 1_000) * 1_000).toISOString();
  }

  /** Also true once the computer has slept that long, whatever its clock was set to. */
  get isDue(): boolean {
    return this.#lastInput.elapsedMs >= this.#limitMs;
  }

  get #limitMs(): number {
    return this.#minutes() * 60_000;
  }
}
