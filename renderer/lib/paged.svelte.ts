import { SvelteMap } from 'svelte/reactivity';
import { problemOf, type Problem } from './api.ts';

/** Rows that are fetched together. */
const PAGE = 200;
/** Pages that are kept, so that a long look at a long list does not fill the memory. */
const KEPT = 40;

interface Page<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}
type Fetch<Row> = (offset: number, limit: number) => Promise<Page<Row>>;

/**
 * Rows of a list in the main process, fetched in pages as they are viewed. Another question
 * leaves the rows of the one before where they are until its own have come.
 */
export class Paged<Row> {
  readonly #pages = new SvelteMap<number, readonly Row[]>();
  readonly #asked = new Set<number>();
  #newest: Fetch<Row> | null = null;
  #busy = $state(false);
  #total = $state<number | null>(null);
  #problem = $state.raw<Problem | null>(null);

  /** null until the first page is there. */
  get total(): number | null {
    return this.#total;
  }

  get problem(): Problem | null {
    return this.#problem;
  }

  /** undefined while it is being fetched. */
  row(index: number): Row | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Ends when the new rows are there, or when nobody waits for them any more. */
  async ask(fetch: Fetch<Row>): Promise<void> {
    this.#newest = fetch;
    this.#busy = true;
    const page = await this.#answer(fetch, 0);
    if (this.#newest !== fetch) return;
    this.#busy = false;
    if (page === null) return;
    this.#problem = null;
    this.#pages.clear();
    this.#asked.clear();
    this.#asked.add(0);
    this.#keep(0, page);
  }

  /** Fetches what is missing between two rows. */
  need(first: number, end: number): void {
    if (this.#busy || this.#newest === null) return;
    for (let page = Math.floor(first / PAGE); page * PAGE < end; page += 1)
      void this.#load(page, this.#newest);
  }

  async #load(page: number, fetch: Fetch<Row>): Promise<void> {
    if (this.#asked.has(page)) return;
    this.#asked.add(page);
    const answer = await this.#answer(fetch, page);
    if (this.#newest !== fetch) return;
    if (answer === null) this.#asked.delete(page);
    else this.#keep(page, answer);
  }

  /** null where there was none; why is kept. */
  async #answer(fetch: Fetch<Row>, page: number): Promise<Page<Row> | null> {
    try {
      return await fetch(page * PAGE, PAGE);
    } catch (error) {
      if (this.#newest === fetch) this.#problem = problemOf(error);
      return null;
    }
  }

  #keep(page: number, { rows, total }: Page<Row>): void {
    this.#total = total;
    this.#pages.set(page, rows);
    if (this.#pages.size <= KEPT) return;
    const [farthest] = [...this.#pages.keys()].sort(
      (a, b) => Math.abs(b - page) - Math.abs(a - page),
    );
    if (farthest === undefined) return;
    this.#pages.delete(farthest);
    this.#asked.delete(farthest);
  }
}
