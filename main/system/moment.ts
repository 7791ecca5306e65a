import { uptime } from 'node:os';

export interface Clocks {
  /** Milliseconds that only go forward, sleep included: nobody sets them. */
  readonly steady: () => number;
  /** Milliseconds since 1970, by the clock that people read and set. */
  readonly wall: () => number;
}

export const systemClocks: Clocks = {
  // The monotonic clock of JavaScript stands still while a computer sleeps; this one does not.
  steady: () => uptime() * 1_000,
  wall: () => Date.now(),
};

/** The two clocks drift apart a little without anybody setting one. */
const DRIFT_MS = 1_000;

/** A moment: what has passed since then is measured on the steady clock, its time told by the other. */
export class Moment {
  readonly #clocks: Clocks;
  readonly #steadyMs: number;
  #wallMs: number;

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
    this.#steadyMs = clocks.steady();
    this.#wallMs = clocks.wall();
  }

  get elapsedMs(): number {
    return this.#clocks.steady() - this.#steadyMs;
  }

  /** As today's clock would have shown it, in milliseconds since 1970. */
  get wallMs(): number {
    const wall = this.#clocks.wall() - this.elapsedMs;
    if (Math.abs(wall - this.#wallMs) > DRIFT_MS) this.#wallMs = wall;
    return this.#wallMs;
  }
}
