import { problemOf, type Problem } from '../lib/api.ts';

/** Data of the main process: none yet, there, or why it could not be had. */
export class Resource<T> {
  readonly #fetch: () => Promise<T>;
  #value = $state.raw<T | null>(null);
  #problem = $state.raw<Problem | null>(null);
  #busy = $state(false);
  #newest = 0;

  constructor(fetch: () => Promise<T>) {
    this.#fetch = fetch;
  }

  get value(): T | null {
    return this.#value;
  }

  get problem(): Problem | null {
    return this.#problem;
  }

  /** A question is open; what is there may be out of date. */
  get busy(): boolean {
    return this.#busy;
  }

  get loading(): boolean {
    return this.#value === null && this.#problem === null;
  }

  set(value: T): void {
    this.#settle(++this.#newest, value, null);
  }

  clear(): void {
    this.#settle(++this.#newest, null, null);
  }

  /** The answer to the newest question counts, whenever it comes. */
  async refresh(): Promise<void> {
    const turn = ++this.#newest;
    this.#busy = true;
    try {
      this.#settle(turn, await this.#fetch(), null);
    } catch (error) {
      this.#settle(turn, null, problemOf(error));
    }
  }

  #settle(turn: number, value: T | null, problem: Problem | null): void {
    if (turn !== this.#newest) return;
    this.#value = value;
    this.#problem = problem;
    this.#busy = false;
  }
}
