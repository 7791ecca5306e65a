import type { Command, Screen, VaultInfo } from '../../shared/contract/app.ts';
import type { Output } from '../../shared/contract.ts';
import type { Rollback } from '../../shared/contract/rollback.ts';
import type { Api } from '../lib/api.ts';
import { messages } from '../messages/en.ts';
import { Audit } from './audit.svelte.ts';
import { Keys } from './keys.svelte.ts';
import { Reports } from './reports.svelte.ts';
import { Resource } from './resource.svelte.ts';
import { Survey } from './survey.svelte.ts';
import { Task } from './task.svelte.ts';
import type { Toasts } from './toasts.svelte.ts';
import { Work } from './work.svelte.ts';

export const places = ['overview', 'keys', 'work', 'audit', 'reports', 'settings'] as const;
/** `rollback`: why a vault is read-only. */
export type Place = (typeof places)[number] | 'rollback';

const isPlace = (command: Command): command is (typeof places)[number] =>
  (places as readonly string[]).includes(command);

type OpenScreen = Extract<Screen, { screen: 'open' }>;

/** Everything that the window knows about the unlocked vault; dropped when it is locked. */
export class OpenVault {
  readonly api: Api;
  readonly info: VaultInfo;
  /** Why it is read-only; null if it is not. */
  readonly rollback: Rollback | null;
  readonly session: Resource<Output<'session.status'>>;
  readonly overview: Resource<Output<'overview.get'>>;
  readonly keys: Keys;
  readonly work: Work;
  readonly audit: Audit;
  readonly reports: Reports;
  readonly survey: Survey;
  readonly locking = new Task();
  #place = $state<Place>('overview');

  constructor(api: Api, { vault: info, rollback }: OpenScreen, toasts: Toasts) {
    this.api = api;
    this.info = info;
    this.rollback = rollback;
    if (rollback !== null) this.#place = 'rollback';
    this.session = new Resource(() => api.call('session.status', null));
    this.overview = new Resource(() => api.call('overview.get', null));
    this.keys = new Keys(api, toasts);
    this.work = new Work(api, this.keys);
    this.audit = new Audit(api);
    this.reports = new Reports(api);
    this.survey = new Survey(api);
  }

  /** Why nothing can be changed, for controls that say so. */
  get readOnly(): string | undefined {
    return this.rollback === null ? undefined : messages.rollback.readOnly;
  }

  get place(): Place {
    return this.#place;
  }

  go(place: Place): void {
    this.#place = place;
  }

  /** @returns a function that stops listening */
  start(): () => void {
    void this.session.refresh();
    void this.keys.list.refresh();
    if (this.rollback === null) void this.#loadWork();
    const stop = this.api.on({
      session: (session) => {
        const before = this.session.value?.ledger.records;
        this.session.set(session);
        if (before !== session.ledger.records) this.#renew();
      },
      'reports.step': (step) => {
        this.reports.stepped(step);
      },
      'survey.progress': ({ files }) => {
        this.survey.progress(files);
      },
      command: (command) => {
        this.obey(command);
      },
      draft: (draft) => {
        if (this.rollback !== null) return;
        if (draft.items.length > 0) this.go('work');
        this.work.setDraft(draft);
      },
      'batch.progress': (batch) => {
        this.work.progress(batch);
      },
      'batch.receipts': ({ id, receipts }) => {
        this.work.add(id, receipts);
      },
      'batch.finished': (batch) => {
        this.work.finish(batch);
        void this.keys.refresh();
      },
    });
    return stop;
  }

  /** Something was recorded while Overview is shown. */
  #renew(): void {
    if (this.#place === 'overview' && !this.overview.busy) void this.overview.refresh();
  }

  /** Files opened from the file manager while the vault was locked are waiting to be planned. */
  async #loadWork(): Promise<void> {
    await this.work.load();
    if (this.work.draft.items.length > 0) this.go('work');
  }

  obey(command: Command): void {
    if (isPlace(command)) this.go(command);
    else if (command === 'lock') void this.lock();
    else if (this.rollback !== null) this.go('rollback');
    else if (command === 'new-key') this.newKey();
    else {
      this.go('work');
      void (command === 'add-files' ? this.work.addFiles() : this.work.addFolder());
    }
  }

  newKey(): void {
    if (this.rollback !== null) return;
    this.go('keys');
    this.keys.creating = true;
  }

  async lock(): Promise<void> {
    await this.locking.run(async () => {
      await this.api.call('session.lock', null);
    });
  }

  async flushKeys(): Promise<void> {
    this.session.set(await this.api.call('session.flushKeys', { id: null }));
  }

  async setWaitingDays(days: number): Promise<void> {
    this.session.set(await this.api.call('session.setWaitingDays', { days }));
  }

  /** Plans a rewrap of what was surveyed. */
  async planSurveyed(): Promise<void> {
    const { chosen } = this.survey;
    if (chosen === null) return;
    await this.work.planSurveyed(chosen.id);
    this.survey.close();
    this.go('work');
  }

  /** Its result comes with the session too. */
  async verify(): Promise<Output<'audit.verify'>> {
    const verdict = await this.api.call('audit.verify', null);
    await this.session.refresh();
    return verdict;
  }
}
