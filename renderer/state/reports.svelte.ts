import type { Input, Output } from '../../shared/contract.ts';
import type { Exported, Preview, ReportFilter } from '../../shared/contract/reports.ts';
import type { BatchId, KeyId } from '../../shared/ids.ts';
import type { ExportStep, Rendering, ReportKind } from '../../shared/reports.ts';
import type { Api } from '../lib/api.ts';
import { type Days, type Period, type Span, spanOf } from '../lib/periods.ts';
import { Resource } from './resource.svelte.ts';
import { Task } from './task.svelte.ts';
import { Verification } from './verification.svelte.ts';

export const reportTabs = ['export', 'verify', 'checkpoints', 'past'] as const;
export type ReportTab = (typeof reportTabs)[number];

/** What narrows a report down beside its time. */
export type Conditions = Omit<ReportFilter, 'since' | 'until'>;
type Condition = keyof Conditions;

/** The optional conditions of a kind; a required one is always asked for. */
const offered: Readonly<Record<ReportKind, readonly Condition[]>> = {
  activity: ['key', 'user', 'action', 'outcome', 'batch'],
  'key-inventory': ['user', 'outcome'],
  'key-life': ['user', 'action', 'outcome'],
  destruction: [],
  'batch-receipts': ['outcome'],
  ceremony: ['user', 'outcome'],
  'token-evidence': ['user', 'outcome'],
};

export const isOfOneKey = (kind: ReportKind): boolean =>
  kind === 'key-life' || kind === 'destruction';

/** Why a report cannot be asked for yet. */
export type Missing = 'key' | 'batch' | 'days';

/** A report that is being put together, and those that were exported. */
export class Reports {
  readonly #api: Api;
  readonly preview: Resource<Preview>;
  readonly past: Resource<Output<'reports.past'>>;
  readonly batches: Resource<Output<'batch.recent'>>;
  readonly exporting = new Task();
  readonly cancelling = new Task();
  readonly verification: Verification;
  tab = $state<ReportTab>('export');
  #kind = $state<ReportKind>('activity');
  #period = $state<Period>('month');
  #days = $state.raw<Days>({ from: '', to: '' });
  #conditions = $state.raw<Conditions>({});
  #also = $state.raw<readonly Rendering[]>(['pdf']);
  #step = $state<ExportStep | null>(null);
  #isCancelled = $state(false);
  #exported = $state.raw<Exported | null>(null);

  constructor(api: Api) {
    this.#api = api;
    this.preview = new Resource(() => api.call('reports.preview', this.#request()));
    this.past = new Resource(() => api.call('reports.past', null));
    this.verification = new Verification(api);
    this.batches = new Resource(() => api.call('batch.recent', null));
  }

  get kind(): ReportKind {
    return this.#kind;
  }
  get period(): Period {
    return this.#period;
  }
  get days(): Days {
    return this.#days;
  }
  /** There can be more records than a PDF holds. */
  get isPdfPossible(): boolean {
    return this.preview.value?.sizes.pdf !== null;
  }
  get conditions(): Conditions {
    return this.#conditions;
  }
  /** What is wanted beside the JSON, as far as it is possible. */
  readonly also: readonly Rendering[] = $derived.by(() =>
    this.#also.filter((each) => each !== 'pdf' || this.isPdfPossible),
  );
  /** What the export does now. */
  get step(): ExportStep | null {
    return this.#step;
  }
  /** Somebody has cancelled the export that is ending. */
  get isCancelled(): boolean {
    return this.#isCancelled;
  }
  /** The report that was exported last, until another is put together. */
  get exported(): Exported | null {
    return this.#exported;
  }

  readonly offered = $derived.by(() => offered[this.#kind]);

  readonly missing: Missing | null = $derived.by(() => {
    if (isOfOneKey(this.#kind) && this.#conditions.key === undefined) return 'key';
    if (this.#kind === 'batch-receipts' && this.#conditions.batch === undefined) return 'batch';
    return this.span(new Date()) === null ? 'days' : null;
  });

  /** The moments that the chosen time means now. */
  span(now: Date): Span | null {
    return spanOf(this.#period, this.#days, now);
  }

  setKind(kind: ReportKind): void {
    const keeps: readonly Condition[] = isOfOneKey(kind)
      ? [...offered[kind], 'key']
      : kind === 'batch-receipts'
        ? [...offered[kind], 'batch']
        : offered[kind];
    const kept = Object.entries(this.#conditions).filter(([name]) =>
      keeps.some((each) => each === name),
    );
    this.#kind = kind;
    this.#conditions = Object.fromEntries(kept);
    this.#period = kind === 'activity' ? 'month' : 'all';
    this.#changed();
  }

  setPeriod(period: Period): void {
    this.#period = period;
    this.#changed();
  }

  setDays(days: Days): void {
    this.#days = days;
    this.#changed();
  }

  /** null takes it away. */
  setCondition<C extends Condition>(name: C, value: NonNullable<Conditions[C]> | null): void {
    const next: Conditions = { ...this.#conditions };
    if (value === null) Reflect.deleteProperty(next, name);
    else next[name] = value;
    this.#conditions = next;
    this.#changed();
  }

  setAlso(rendering: Rendering, wanted: boolean): void {
    const others = this.#also.filter((each) => each !== rendering);
    this.#also = wanted ? [...others, rendering] : others;
  }

  /** Everything about one key, from its creation on. */
  onKey(key: KeyId): void {
    this.tab = 'export';
    this.#conditions = { key };
    this.setKind('key-life');
  }

  onBatch(batch: BatchId): void {
    this.tab = 'export';
    this.#conditions = { batch };
    this.setKind('batch-receipts');
    void this.batches.refresh();
  }

  onToken(): void {
    this.tab = 'export';
    this.setKind('token-evidence');
  }

  /** Counts again; the ledger may have grown. */
  look(): void {
    if (this.missing === null) void this.preview.refresh();
    else this.preview.clear();
  }

  async export(title: string): Promise<void> {
    this.cancelling.clear();
    await this.exporting.run(async () => {
      const input = { ...this.#request(), title, also: [...this.also] };
      const exported = await this.#api.call('reports.export', input);
      if (exported === null) return;
      this.#exported = exported;
      await this.preview.refresh();
    });
    this.#step = null;
    this.#isCancelled = false;
    if (this.exporting.problem?.code === 'cancelled') this.look();
  }

  /** Before the first step the system asks where, and has a button for that of its own. */
  async cancel(): Promise<void> {
    if (this.#step === null || this.#isCancelled) return;
    this.#isCancelled = true;
    const asked = await this.cancelling.run(async () => {
      await this.#api.call('reports.cancel', null);
    });
    this.#isCancelled &&= asked;
  }

  stepped(step: ExportStep): void {
    this.#step = step;
    // The result of the previous export is shown until the next one is started.
    this.#exported = null;
  }

  dismiss(): void {
    this.#exported = null;
  }

  reveal(id: string): Promise<null> {
    return this.#api.call('reports.reveal', { id });
  }

  #changed(): void {
    this.#exported = null;
    this.exporting.clear();
    this.cancelling.clear();
    this.look();
  }

  #request(): Input<'reports.preview'> {
    const filter = { ...this.span(new Date()), ...this.#conditions };
    return { kind: this.#kind, filter };
  }
}
