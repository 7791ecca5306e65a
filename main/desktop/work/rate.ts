const WINDOW_MS = 5_000;

/** Bytes per second over the last seconds. */
export class Rate {
  readonly #samples: { readonly ms: number; readonly bytes: number }[] = [];

  add(ms: number, bytes: number): void {
    this.#samples.push({ ms, bytes });
    while (this.#samples.length > 2 && ms - (this.#samples[1]?.ms ?? ms) > WINDOW_MS)
      this.#samples.shift();
  }

  /** null until there is a measurement. */
  get bytesPerSecond(): number | null {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.ms - first.ms < 250) return null;
    return Math.round(((last.bytes - first.bytes) * 1_000) / (last.ms - first.ms));
  }
}
