import { problemOf, type Problem } from '../lib/api.ts';

/** One kind of work that the window waits for: whether it is running, and its last failure. */
export class Task {
  #busy = $state(false);
  #problem = $state.raw<Problem | null>(null);

  get busy(): boolean {
    return this.#busy;
  }

  get problem(): Problem | null {
    return this.#problem;
  }

  clear(): void {
    this.#problem = null;
  }

  /** @returns whether it succeeded; it is not started twice */
  async run(work: () => Promise<void>): Promise<boolean> {
    if (this.#busy) return false;
    this.#busy = true;
    this.#problem = null;
    try {
      await work();
      return true;
    } catch (error) {
      this.#problem = problemOf(error);
      return false;
    } finally {
      this.#busy = false;
    }
  }
}
