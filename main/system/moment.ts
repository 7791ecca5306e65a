import { uptime } from 'node:os';

export interface Clocks {
  /** Milliseconds of a clock that only goes forward, also during sleep, and cannot be set. */
  readonly steady: () => number;
  /** Milliseconds since 1970, by the system clock, which can be set. */
  readonly wall: () => number;
}

export const systemClocks: Clocks = {
  // JavaScript's monotonic clock stops while the computer sleeps; this one does not.
  steady: () => uptime() * 1_000,
  wall: () => Date.now(),
};

/** The two clocks drift apart a little even if nobody sets one. */
const DRIFT_MS = 1_000;

/** A moment: the time since then comes from the steady clock, its date from the system clock. */
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

  /** By the system clock as it is set now, in milliseconds since 1970. */
  get wallMs(): number {
    const wall = this.#clocks.wall() - this.elapsedMs;
    if (Math.abs(wall - this.#wallMs) > DRIFT_MS) this.#wallMs = wall;
    return this.#wallMs;
  }
}
