/** Samples of the last 40 seconds, one a second. */
const SAMPLES = 40;
const SAMPLE_MS = 1000;

export class RateHistory {
  #samples = $state.raw<readonly number[]>([]);
  #last = 0;

  /** Bytes per second, oldest first. */
  get samples(): readonly number[] {
    return this.#samples;
  }

  add(rate: number | null, now: number = performance.now()): void {
    if (rate === null || now - this.#last < SAMPLE_MS) return;
    this.#last = now;
    this.#samples = [...this.#samples, rate].slice(-SAMPLES);
  }

  clear(): void {
    this.#samples = [];
    this.#last = 0;
  }
}
