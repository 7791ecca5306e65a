import type { ConflictRule } from '../../shared/batch.ts';
import { numberedName } from './output-name.ts';

/** What happens to an output that wants a name. */
export type Settled =
  | { readonly outcome: 'free' | 'numbered' | 'replaces'; readonly name: string }
  | { readonly outcome: 'exists' | 'collision' };

/** Gives out the names of a batch's outputs, each of them once. */
export class OutputNames {
  readonly #isThere: (file: string) => Promise<boolean>;
  readonly #keyOf: (file: string) => string;
  readonly #given = new Set<string>();
  /** By wanted name: the number that is tried next. Those below it are taken, and stay so. */
  readonly #next = new Map<string, number>();

  /**
   * @param isThere whether there is a file of this name on the disk
   * @param keyOf the same for two names that lead to one file
   */
  constructor(isThere: (file: string) => Promise<boolean>, keyOf: (file: string) => string) {
    this.#isThere = isThere;
    this.#keyOf = keyOf;
  }

  async settle(wanted: string, rule: ConflictRule): Promise<Settled> {
    const isGiven = this.#given.has(this.#keyOf(wanted));
    if (!isGiven && !(await this.#isThere(wanted))) return this.#give(wanted, 'free');
    if (rule === 'keep-both') return this.#give(await this.#freeName(wanted), 'numbered');
    if (isGiven) return { outcome: 'collision' };
    return rule === 'replace' ? this.#give(wanted, 'replaces') : { outcome: 'exists' };
  }

  #give(name: string, outcome: 'free' | 'numbered' | 'replaces'): Settled {
    this.#given.add(this.#keyOf(name));
    return { outcome, name };
  }

  async #freeName(wanted: string): Promise<string> {
    const key = this.#keyOf(wanted);
    for (let n = this.#next.get(key) ?? 2; ; n++) {
      this.#next.set(key, n + 1);
      const name = numberedName(wanted, n);
      if (!this.#given.has(this.#keyOf(name)) && !(await this.#isThere(name))) return name;
    }
  }
}
