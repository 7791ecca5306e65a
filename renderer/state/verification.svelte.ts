import type { Output } from '../../shared/contract.ts';
import type { ReportVerdict } from '../../shared/contract/verify.ts';
import type { Api } from '../lib/api.ts';
import { Task } from './task.svelte.ts';

/** A report that somebody brought, and what its verification found. */
export class Verification {
  readonly #api: Api;
  readonly working = new Task();
  readonly saving = new Task();
  #verdict = $state.raw<ReportVerdict | null>(null);

  constructor(api: Api) {
    this.#api = api;
  }

  get verdict(): ReportVerdict | null {
    return this.#verdict;
  }

  drop(files: readonly File[]): Promise<boolean> {
    return this.#run(() => this.#api.dropReport(files));
  }

  pick(): Promise<boolean> {
    return this.#run(() => this.#api.call('verify.pick', null));
  }

  /** Again, with the fingerprint that the reader got in another way; none where it is empty. */
  against(fingerprint: string): Promise<boolean> {
    const wanted = fingerprint.trim() === '' ? null : fingerprint;
    return this.#run(() => this.#api.call('verify.against', { fingerprint: wanted }));
  }

  async save(): Promise<Output<'verify.save'>> {
    let saved: Output<'verify.save'> = null;
    await this.saving.run(async () => {
      saved = await this.#api.call('verify.save', null);
    });
    return saved;
  }

  #run(work: () => Promise<ReportVerdict | null>): Promise<boolean> {
    return this.working.run(async () => {
      this.#verdict = (await work()) ?? this.#verdict;
    });
  }
}
