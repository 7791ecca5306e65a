import type { Output } from '../../shared/contract.ts';
import type { Api } from '../lib/api.ts';
import { Task } from './task.svelte.ts';

type Chosen = NonNullable<Output<'survey.pick'>>;
type Result = Output<'survey.run'>;

/** A survey from its choice of files to its result. */
export class Survey {
  readonly choosing = new Task();
  readonly running = new Task();
  readonly #api: Api;
  #open = $state(false);
  #chosen = $state.raw<Chosen | null>(null);
  #result = $state.raw<Result | null>(null);
  #read = $state(0);

  constructor(api: Api) {
    this.#api = api;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  get chosen(): Chosen | null {
    return this.#chosen;
  }

  get result(): Result | null {
    return this.#result;
  }

  /** Files that were read so far. */
  get read(): number {
    return this.#read;
  }

  open(): void {
    this.reset();
    this.#open = true;
  }

  reset(): void {
    this.choosing.clear();
    this.running.clear();
    this.#chosen = null;
    this.#result = null;
  }

  /** A survey that is running ends; it has changed nothing. */
  close(): void {
    this.#open = false;
    if (this.running.busy) void this.#api.call('survey.cancel', null);
  }

  async choose(what: 'files' | 'folder'): Promise<void> {
    await this.choosing.run(async () => {
      this.#chosen = (await this.#api.call('survey.pick', { what })) ?? this.#chosen;
    });
  }

  async run(prove: boolean): Promise<void> {
    const chosen = this.#chosen;
    if (chosen === null) return;
    this.#read = 0;
    await this.running.run(async () => {
      const result = await this.#api.call('survey.run', { id: chosen.id, prove });
      if (this.#chosen === chosen) this.#result = result;
    });
    if (this.running.problem?.code === 'cancelled') this.running.clear();
  }

  progress(files: number): void {
    this.#read = files;
  }
}
