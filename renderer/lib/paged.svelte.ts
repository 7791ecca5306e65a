import { SvelteMap } from 'svelte/reactivity';
import { problemOf, type Problem } from './api.ts';

const PAGE = 200;

interface Page<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

/** Rows of a list in the main process, fetched by pages as they are looked at. */
export class Paged<Row> {
  readonly #fetch: (offset: number, limit: number) => Promise<Page<Row>>;
  readonly #pages = new SvelteMap<number, readonly Row[]>();
  readonly #asked = new Set<number>();
  #total = $state<number | null>(null);
  #problem = $state.raw<Problem | null>(null);

  constructor(fetch: (offset: number, limit: number) => Promise<Page<Row>>) {
    this.#fetch = fetch;
    void this.#load(0);
  }

  /** null until the first page is there. */
  get total(): number | null {
    return this.#total;
  }

  get problem(): Problem | null {
    return this.#problem;
  }

  row(index: number): Row | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  need(first: number, end: number): void {
    for (let page = Math.floor(first / PAGE); page * PAGE < end; page += 1) void this.#load(page);
  }

  async #load(page: number): Promise<void> {
    if (this.#asked.has(page)) return;
    this.#asked.add(page);
    try {
      const { rows, total } = await this.#fetch(page * PAGE, PAGE);
      this.#total = total;
      this.#pages.set(page, rows);
    } catch (error) {
      this.#problem = problemOf(error);
      this.#asked.delete(page);
    }
  }
}
