import type { Output } from '../../shared/contract.ts';
import type { CheckpointView, Comparison } from '../../shared/contract/checkpoints.ts';
import type { Api } from '../lib/api.ts';
import { Resource } from './resource.svelte.ts';
import { Task } from './task.svelte.ts';

/** Checkpoints saved outside the vault: the newest one, and one to compare. */
export class Checkpoints {
  readonly #api: Api;
  readonly current: Resource<CheckpointView | null>;
  readonly acting = new Task();
  readonly comparing = new Task();
  #comparison = $state.raw<Comparison | null>(null);

  constructor(api: Api) {
    this.#api = api;
    this.current = new Resource(() => api.call('checkpoints.current', null));
  }

  get comparison(): Comparison | null {
    return this.#comparison;
  }

  async write(): Promise<Output<'checkpoints.write'>> {
    return this.#act(() => this.#api.call('checkpoints.write', null));
  }

  async attach(): Promise<Output<'checkpoints.attach'>> {
    return this.#act(() => this.#api.call('checkpoints.attach', null));
  }

  pick(): Promise<void> {
    return this.#compare(() => this.#api.call('checkpoints.compare', null));
  }

  drop(files: readonly File[]): Promise<void> {
    return this.#compare(() => this.#api.drop('checkpoints.drop', files));
  }

  async #compare(work: () => Promise<Comparison | null>): Promise<void> {
    await this.comparing.run(async () => {
      this.#comparison = (await work()) ?? this.#comparison;
    });
    // What was found of another file must not stand beside this one's failure.
    if (this.comparing.problem !== null) this.#comparison = null;
  }

  async #act<T>(work: () => Promise<T | null>): Promise<T | null> {
    let result: T | null = null;
    await this.acting.run(async () => {
      result = await work();
      if (result !== null) await this.current.refresh();
    });
    return result;
  }
}
