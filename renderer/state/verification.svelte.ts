import type { Output } from '../../shared/contract.ts';
import type { ReportVerdict } from '../../shared/contract/verify.ts';
import type { Api } from '../lib/api.ts';
import { Task } from './task.svelte.ts';

/** A report to verify, and the result. */
export class Verification {
  readonly #api: Api;
  readonly working = new Task();
  readonly saving = new Task();
  #verdict = $state.raw<ReportVerdict | null>(null);
  #isOther = $state(false);

  constructor(api: Api) {
    this.#api = api;
  }

  get verdict(): ReportVerdict | null {
    return this.#isOther ? null : this.#verdict;
  }

  drop(files: readonly File[]): Promise<boolean> {
    return this.#runOn(() => this.#api.drop('verify.drop', files));
  }

  pick(): Promise<boolean> {
    return this.#runOn(() => this.#api.call('verify.pick', null));
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

  /** On other files: what was found of those before must not stand beside a failure of these. */
  async #runOn(work: () => Promise<ReportVerdict | null>): Promise<boolean> {
    this.#isOther = true;
    try {
      const done = await this.#run(work);
      if (!done && this.working.problem !== null) this.#verdict = null;
      return done;
    } finally {
      this.#isOther = false;
    }
  }

  #run(work: () => Promise<ReportVerdict | null>): Promise<boolean> {
    return this.working.run(async () => {
      this.#verdict = (await work()) ?? this.#verdict;
    });
  }
}
