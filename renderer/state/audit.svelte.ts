import type { AuditFilter, AuditRecord, AuditRow } from '../../shared/contract/audit.ts';
import type { Api } from '../lib/api.ts';
import { Paged } from '../lib/paged.svelte.ts';
import { Resource } from './resource.svelte.ts';

/** The records that match a filter, newest first. */
export class Audit {
  readonly #api: Api;
  readonly actions: Resource<readonly string[]>;
  readonly rows = new Paged<AuditRow>();
  #filter = $state.raw<AuditFilter>({});
  #chosen = $state<number | null>(null);
  #record = $state.raw<Resource<AuditRecord> | null>(null);

  constructor(api: Api) {
    this.#api = api;
    this.actions = new Resource(() => api.call('audit.actions', null));
  }

  get filter(): AuditFilter {
    return this.#filter;
  }

  get chosen(): number | null {
    return this.#chosen;
  }

  get record(): Resource<AuditRecord> | null {
    return this.#record;
  }

  setFilter(filter: AuditFilter): Promise<void> {
    this.#filter = filter;
    return this.reload();
  }

  /** Looks at the ledger as it is now; later pages look at it as it was then. */
  reload(): Promise<void> {
    const filter = this.#filter;
    let upTo: number | null = null;
    return this.rows.ask(async (offset, limit) => {
      const answer = await this.#api.call('audit.query', { filter, upTo, offset, limit });
      upTo = answer.upTo;
      return answer;
    });
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
}
