import { SvelteMap } from 'svelte/reactivity';
import type { AuditFilter, AuditRecord, AuditRow } from '../../shared/contract/audit.ts';
import { problemOf, type Api, type Problem } from '../lib/api.ts';
import { Resource } from './resource.svelte.ts';

/** Rows that are fetched together. */
const PAGE = 200;
/** Pages that are kept, so that a long look at a long ledger does not fill the memory. */
const KEPT = 40;

/** The records that fit a filter, fetched by pages as they are looked at. */
export class Audit {
  readonly #api: Api;
  readonly actions: Resource<readonly string[]>;
  readonly #pages = new SvelteMap<number, readonly AuditRow[]>();
  readonly #asked = new Set<number>();
  #generation = 0;
  #filter = $state.raw<AuditFilter>({});
  #total = $state<number | null>(null);
  #upTo: number | null = null;
  #problem = $state.raw<Problem | null>(null);
  #chosen = $state<number | null>(null);
  #record = $state.raw<Resource<AuditRecord> | null>(null);

  constructor(api: Api) {
    this.#api = api;
    this.actions = new Resource(() => api.call('audit.actions', null));
  }

  get filter(): AuditFilter {
    return this.#filter;
  }

  /** Records that fit; null while that is not known. */
  get total(): number | null {
    return this.#total;
  }

  get problem(): Problem | null {
    return this.#problem;
  }

  get chosen(): number | null {
    return this.#chosen;
  }

  get record(): Resource<AuditRecord> | null {
    return this.#record;
  }

  /** Newest first; undefined while it is being fetched. */
  row(index: number): AuditRow | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  setFilter(filter: AuditFilter): void {
    this.#filter = filter;
    void this.reload();
  }

  /** Looks at the ledger as it is now. */
  async reload(): Promise<void> {
    this.#generation += 1;
    this.#pages.clear();
    this.#asked.clear();
    this.#upTo = null;
    this.#total = null;
    this.#problem = null;
    await this.#fetch(0);
  }

  /** Fetches what is missing between two rows. */
  need(first: number, end: number): void {
    if (this.#total === null) return;
    for (let page = Math.floor(first / PAGE); page * PAGE < end; page += 1) void this.#fetch(page);
  }

  open(seq: number): void {
    this.#chosen = seq;
    this.#record = new Resource(() => this.#api.call('audit.record', { seq }));
    void this.#record.refresh();
  }

  close(): void {
    this.#chosen = null;
    this.#record = null;
  }

  async #fetch(page: number): Promise<void> {
    if (this.#asked.has(page)) return;
    this.#asked.add(page);
    const generation = this.#generation;
    try {
      const answer = await this.#api.call('audit.query', {
        filter: this.#filter,
        upTo: this.#upTo,
        offset: page * PAGE,
        limit: PAGE,
      });
      if (generation !== this.#generation) return;
      this.#upTo = answer.upTo;
      this.#total = answer.total;
      this.#keep(page, answer.rows);
    } catch (error) {
      if (generation === this.#generation) this.#problem = problemOf(error);
      this.#asked.delete(page);
    }
  }

  #keep(page: number, rows: readonly AuditRow[]): void {
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
