import {
  type BatchKind,
  type ConflictRule,
  isReplacing,
  type OriginalsRule,
  type Removal,
} from '../../shared/batch.ts';
import type { Input, Output } from '../../shared/contract.ts';
import type { Batch, Draft, Plan, ReceiptRow } from '../../shared/contract/work.ts';
import type { KeyRow } from '../../shared/contract/keys.ts';
import type { KeyId } from '../../shared/ids.ts';
import type { Api } from '../lib/api.ts';
import type { Keys } from './keys.svelte.ts';
import { RateHistory } from './rate-history.svelte.ts';
import { Resource } from './resource.svelte.ts';
import { SlotChoice } from './slot-choice.svelte.ts';
import { Task } from './task.svelte.ts';

export type Stage = 'idle' | 'plan' | 'running' | 'results';
type Folder = NonNullable<Output<'batch.pickOutput'>>;

/** Originals that would be deleted. */
export interface Deletion {
  readonly kind: 'encrypt' | 'decrypt';
  readonly files: number;
  readonly removal: Removal;
}

/** Finished files that the running screen shows. */
const LIVE_ROWS = 500;

/** Encrypt, decrypt or verify: what is dropped, its plan, the batch, its results. */
export class Work {
  readonly #api: Api;
  readonly #keys: Keys;
  readonly unfinished: Resource<Output<'batch.unfinished'>>;
  readonly adding = new Task();
  readonly plan: Resource<Plan>;
  readonly acting = new Task();
  readonly rates = new RateHistory();
  readonly slots = new SlotChoice(() => {
    this.replan();
  });
  #kind = $state<BatchKind>('encrypt');
  #key = $state<KeyId | null>(null);
  #others = $state.raw<readonly KeyId[]>([]);
  #output = $state.raw<Folder | null>(null);
  #conflict = $state<ConflictRule>('keep-both');
  #encryptAgain = $state(false);
  #sealedNames = $state(false);
  #deleteOriginals = $state(false);
  /** null: the trash, where there is one. */
  #removal = $state<Removal | null>(null);
  #asked = $state.raw<(Deletion & { readonly go: () => Promise<void> }) | null>(null);
  #draft = $state.raw<Draft>({ items: [] });
  /** The mode followed the files that were dropped. */
  #switched = $state(false);
  #batch = $state.raw<Batch | null>(null);
  #dismissed = $state(true);
  #live = $state.raw<readonly ReceiptRow[]>([]);

  constructor(api: Api, keys: Keys) {
    this.#api = api;
    this.#keys = keys;
    this.unfinished = new Resource(() => api.call('batch.unfinished', null));
    this.plan = new Resource(() => api.call('batch.plan', this.#request()));
  }

  get kind(): BatchKind {
    return this.#kind;
  }
  /** Its outputs take the places of the files. */
  readonly replaces: boolean = $derived.by(() => isReplacing(this.#kind));

  get output(): Folder | null {
    return this.#output;
  }
  get conflict(): ConflictRule {
    return this.#conflict;
  }
  /** Files that are already encrypted are encrypted again, after asking. */
  get encryptAgain(): boolean {
    return this.#encryptAgain;
  }
  /** Decrypted files get the names of their originals, whatever the files are called. */
  get sealedNames(): boolean {
    return this.#sealedNames;
  }
  get deleteOriginals(): boolean {
    return this.#deleteOriginals;
  }
  /** How originals are deleted. */
  get removal(): Removal {
    return this.plan.value?.trash === false ? 'delete' : (this.#removal ?? 'trash');
  }
  /** Originals that are to be deleted: it begins once somebody has confirmed that. */
  get asked(): Deletion | null {
    return this.#asked;
  }
  get draft(): Draft {
    return this.#draft;
  }
  get switched(): boolean {
    return this.#switched;
  }
  get batch(): Batch | null {
    return this.#batch;
  }
  /** Newest first. */
  get live(): readonly ReceiptRow[] {
    return this.#live;
  }

  readonly running = $derived.by(
    () => this.#batch?.state === 'running' || this.#batch?.state === 'cancelling',
  );

  readonly stage: Stage = $derived.by(() => {
    if (this.running) return 'running';
    if (this.#batch !== null && !this.#dismissed) return 'results';
    return this.#draft.items.length > 0 ? 'plan' : 'idle';
  });

  /** The key to encrypt with: the chosen one, or the last one used. */
  readonly key: KeyId | null = $derived.by(() => {
    const usable = this.#keys.usable;
    if (usable.some(({ id }) => id === this.#key)) return this.#key;
    const byUse = [...usable].sort((a, b) => (b.lastUsed ?? '').localeCompare(a.lastUsed ?? ''));
    return byUse[0]?.id ?? null;
  });

  /** More keys that can decrypt the files, like a recovery key; of the same bulk as the first. */
  readonly others: readonly KeyRow[] = $derived.by(() => {
    const first = this.key === null ? undefined : this.#keys.find(this.key);
    return this.#keys.usable.filter(
      ({ id, bulk }) => this.#others.includes(id) && id !== first?.id && bulk === first?.bulk,
    );
  });

  readonly files = $derived.by(() => this.#draft.items.reduce((sum, { files }) => sum + files, 0));
  /** How many of the files are encrypted already. */
  readonly encrypted = $derived.by(() =>
    this.#draft.items.reduce((sum, { encrypted }) => sum + encrypted, 0),
  );

  async load(): Promise<void> {
    void this.unfinished.refresh();
    await this.adding.run(async () => {
      const [draft, batch] = await Promise.all([
        this.#api.call('draft.get', null),
        this.#api.call('batch.current', null),
      ]);
      if (batch !== null) this.#follow(batch);
      this.setDraft(draft);
    });
  }

  use(defaults: { readonly conflict: ConflictRule; readonly outputFolder: Folder | null }): void {
    this.#conflict = defaults.conflict;
    this.#output = defaults.outputFolder;
  }

  setKind(kind: BatchKind): void {
    this.#kind = kind;
    this.#encryptAgain = false;
    this.#switched = false;
    this.#deleteOriginals = false;
    this.replan();
  }

  setKey(key: KeyId): void {
    this.#key = key;
    this.replan();
  }

  addKey(key: KeyId): void {
    this.#others = [...this.#others, key];
    this.replan();
  }

  removeKey(key: KeyId): void {
    this.#others = this.#others.filter((each) => each !== key);
    this.replan();
  }

  setConflict(rule: ConflictRule): void {
    this.#conflict = rule;
    this.replan();
  }

  setEncryptAgain(wanted: boolean): void {
    this.#encryptAgain = wanted;
    this.replan();
  }

  setSealedNames(wanted: boolean): void {
    this.#sealedNames = wanted;
    this.replan();
  }

  setDeleteOriginals(wanted: boolean): void {
    this.#deleteOriginals = wanted;
    this.replan();
  }

  setRemoval(removal: Removal): void {
    this.#removal = removal;
    this.replan();
  }

  /** What was asked about is done. */
  async confirm(): Promise<void> {
    const asked = this.#asked;
    this.#asked = null;
    await asked?.go();
  }

  decline(): void {
    this.#asked = null;
  }

  /** Plans a rewrap of the files that older versions of a key open. @returns how many are missing */
  async planRewrap(key: KeyId): Promise<number> {
    let missing = 0;
    await this.adding.run(async () => {
      const { draft, missing: gone } = await this.#api.call('draft.addOlder', { key });
      missing = gone;
      this.dismiss();
      this.#kind = 'rewrap';
      this.slots.reset();
      this.setDraft(draft);
    });
    return missing;
  }

  /** What a survey has read, as files to rewrap. */
  async planSurveyed(id: string): Promise<void> {
    await this.adding.run(async () => {
      const draft = await this.#api.call('survey.draft', { id });
      this.dismiss();
      this.#kind = 'rewrap';
      this.slots.reset();
      this.setDraft(draft);
    });
  }

  beside(): void {
    this.#output = null;
    this.replan();
  }

  async pickOutput(): Promise<void> {
    await this.adding.run(async () => {
      const folder = await this.#api.call('batch.pickOutput', null);
      if (folder === null) return;
      this.#output = folder;
      this.replan();
    });
  }

  async addFiles(): Promise<void> {
    await this.#change(() => this.#api.call('draft.pickFiles', null));
  }

  async addFolder(): Promise<void> {
    await this.#change(() => this.#api.call('draft.pickFolder', null));
  }

  async drop(files: readonly File[]): Promise<void> {
    if (files.length === 0 || this.running) return;
    await this.#change(() => this.#api.drop('draft.drop', files));
  }

  async remove(id: string): Promise<void> {
    await this.#change(() => this.#api.call('draft.remove', { ids: [id] }));
  }

  async clear(): Promise<void> {
    await this.#change(() => this.#api.call('draft.clear', null));
  }

  /** Also called when main adds files opened from the file manager. */
  setDraft(draft: Draft): void {
    const began = this.#draft.items.length === 0 && draft.items.length > 0;
    this.#draft = draft;
    if (draft.items.length === 0) this.#reset();
    if (began) {
      if (!this.running) this.dismiss();
      this.#followFiles();
    }
    this.replan();
  }

  /** What was chosen for these files does not hold for the next ones. */
  #reset(): void {
    this.#switched = false;
    this.#encryptAgain = false;
    this.#sealedNames = false;
    this.#deleteOriginals = false;
    this.#removal = null;
    this.slots.reset();
    this.#asked = null;
  }

  /** Nothing but encrypted files: they can only be decrypted or verified. */
  #followFiles(): void {
    if (this.#kind !== 'encrypt' || this.encrypted === 0 || this.encrypted < this.files) return;
    this.#kind = 'decrypt';
    this.#switched = true;
  }

  replan(): void {
    const noKey = this.#kind === 'encrypt' && this.key === null;
    if (this.#draft.items.length === 0 || this.running || noKey) this.plan.clear();
    else void this.#makePlan();
  }

  /** Whether there is a trash is known with the plan: then it may have to be made once more. */
  async #makePlan(): Promise<void> {
    const wanted = this.#originals;
    await this.plan.refresh();
    if (!this.plan.busy && wanted !== this.#originals) await this.plan.refresh();
  }

  get #originals(): OriginalsRule {
    return this.#deleteOriginals ? this.removal : 'keep';
  }

  #request(): Input<'batch.plan'> {
    const encrypts = this.#kind === 'encrypt';
    return {
      kind: this.#kind,
      keys: this.#chosenKeys(),
      ...(this.replaces ? { slots: this.slots.wish } : {}),
      output: this.#kind === 'verify' || this.replaces ? null : (this.#output?.id ?? null),
      conflict: this.#conflict,
      originals: this.#originals,
      encryptedInputs: encrypts && this.#encryptAgain ? 'encrypt' : 'leave-out',
      sealedNames: this.#kind === 'decrypt' && this.#sealedNames,
    };
  }

  #chosenKeys(): KeyId[] {
    if (this.replaces) return this.slots.target === null ? [] : [this.slots.target];
    if (this.#kind !== 'encrypt' || this.key === null) return [];
    return [this.key, ...this.others.map(({ id }) => id)];
  }

  async start(): Promise<void> {
    const plan = this.plan.value;
    if (this.plan.busy || plan?.refusal !== null) return;
    const go = (): Promise<void> =>
      this.#act(() => this.#api.call('batch.start', { plan: plan.id }));
    const { kind } = plan;
    if (!this.#deleteOriginals || !hasOriginals(kind) || plan.files === 0) return go();
    this.#asked = { kind, files: plan.files, removal: this.removal, go };
  }

  async cancel(): Promise<void> {
    const id = this.#batch?.id;
    if (id === undefined) return;
    await this.acting.run(async () => {
      await this.#api.call('batch.cancel', { id });
    });
  }

  async retry(): Promise<void> {
    const batch = this.#batch;
    if (batch === null || this.#asked !== null) return;
    const { id, kind, originals } = batch;
    const go = (): Promise<void> => this.#act(() => this.#api.call('batch.retry', { id }));
    if (originals === null || !hasOriginals(kind)) return go();
    const files = batch.failed + batch.cancelled;
    this.#asked = { kind, files, removal: originals.removal, go };
  }

  async resume(id: Batch['id']): Promise<void> {
    await this.#act(() => this.#api.call('batch.resume', { id }));
    await this.unfinished.refresh();
  }

  async abandon(id: Batch['id']): Promise<void> {
    await this.acting.run(async () => {
      await this.#api.call('batch.abandon', { id });
      if (this.#batch?.id === id) this.#dismissed = true;
    });
    await this.unfinished.refresh();
  }

  /** Leaves the results for the next batch. */
  dismiss(): void {
    const batch = this.#batch;
    this.#dismissed = true;
    this.acting.clear();
    if (batch === null) return;
    // A batch that has already been dismissed needs nothing more.
    void this.#api.call('batch.dismiss', { id: batch.id }).catch(() => undefined);
  }

  progress(batch: Batch): void {
    this.#batch = batch;
    this.#dismissed = false;
    this.rates.add(batch.rate);
  }

  add(id: string, receipts: readonly ReceiptRow[]): void {
    if (this.#batch?.id !== id) return;
    this.#live = [...receipts.toReversed(), ...this.#live].slice(0, LIVE_ROWS);
  }

  finish(batch: Batch): void {
    this.#batch = batch;
    this.#dismissed = false;
    void this.unfinished.refresh();
  }

  #follow(batch: Batch): void {
    this.#batch = batch;
    this.#dismissed = false;
    this.#live = [];
    this.rates.clear();
  }

  async #act(begin: () => Promise<Batch>): Promise<void> {
    await this.acting.run(async () => {
      this.#follow(await begin());
      this.#draft = { items: [] };
      this.#reset();
      this.plan.clear();
    });
  }

  async #change(change: () => Promise<Draft>): Promise<void> {
    await this.adding.run(async () => {
      this.setDraft(await change());
    });
  }
}

const hasOriginals = (kind: BatchKind): kind is Deletion['kind'] =>
  kind === 'encrypt' || kind === 'decrypt';
