import type { Input, Output } from '../../shared/contract.ts';
import type { SetupStep } from '../../shared/contract/setup.ts';
import type { FoundToken, Module, Profile } from '../../shared/contract/token.ts';
import { problemOf, type Api } from '../lib/api.ts';
import { Resource } from './resource.svelte.ts';
import { Task } from './task.svelte.ts';

export const setupPages = ['token', 'pin', 'probe', 'vault', 'done'] as const;
export type SetupPage = (typeof setupPages)[number];
export type LossPlan = NonNullable<Input<'setup.finish'>['lossPlan']>;
type Folder = Output<'setup.folder'>;

/** The wizard that creates a vault. Leaving it early removes everything it has created. */
export class SetupFlow {
  readonly #api: Api;
  readonly modules: Resource<readonly Module[]>;
  readonly folder: Resource<Folder>;
  readonly working = new Task();
  readonly picking = new Task();
  #page = $state<SetupPage>('token');
  #kind = $state<'existing' | 'evaluation'>('existing');
  #token = $state.raw<FoundToken | null>(null);
  #step = $state<SetupStep | null>(null);
  #profile = $state.raw<Profile | null>(null);
  /** How often the wizard was left: work started before that is ignored. */
  #left = 0;
  #acceptedAt = $state<string | null>(null);
  #result = $state.raw<Output<'setup.finish'> | null>(null);
  #wantsFirstKey = $state(false);
  #begun = $state(false);
  lossPlan = $state<LossPlan | null>(null);

  constructor(api: Api) {
    this.#api = api;
    this.modules = new Resource(() => api.call('setup.modules', null));
    this.folder = new Resource(() => api.call('setup.folder', null));
  }

  get page(): SetupPage {
    return this.#page;
  }
  get evaluation(): boolean {
    return this.#kind === 'evaluation';
  }
  get token(): FoundToken | null {
    return this.#token;
  }
  /** What main is doing now. */
  get step(): SetupStep | null {
    return this.#step;
  }
  get profile(): Profile | null {
    return this.#profile;
  }
  get acceptedAt(): string | null {
    return this.#acceptedAt;
  }
  get result(): Output<'setup.finish'> | null {
    return this.#result;
  }
  /** Creating another vault, in addition to existing ones. */
  get begun(): boolean {
    return this.#begun;
  }
  /** It has the window, whatever main's state says. */
  get active(): boolean {
    return this.#page !== 'token';
  }
  /** It ended with "create the first key". */
  get wantsFirstKey(): boolean {
    return this.#wantsFirstKey;
  }

  /** @returns a function that stops listening */
  start(): () => void {
    return this.#api.on({ 'setup.step': (step) => (this.#step = step) });
  }

  begin(): void {
    this.#begun = true;
  }

  search(): void {
    this.modules.clear();
    void this.modules.refresh();
  }

  async addModule(): Promise<void> {
    await this.working.run(async () => {
      const module = await this.#api.call('setup.pickModule', null);
      if (module === null) return;
      const others = (this.modules.value ?? []).filter(({ path }) => path !== module.path);
      this.modules.set([...others, module]);
    });
  }

  /** Looks for the tokens of a library that is initialised with a text. */
  async readModule({ id }: Module, parameters: string): Promise<void> {
    await this.working.run(async () => {
      const read = await this.#api.call('setup.readModule', { module: id, parameters });
      this.modules.set((this.modules.value ?? []).map((each) => (each.id === id ? read : each)));
    });
  }

  choose(token: FoundToken): void {
    this.#token = token;
    this.#kind = 'existing';
  }

  askPin(): void {
    if (this.#token === null) return;
    this.working.clear();
    this.#page = 'pin';
  }

  evaluate(): void {
    this.#kind = 'evaluation';
    this.working.clear();
    this.#page = 'pin';
    void this.folder.refresh();
  }

  async pickFolder(): Promise<void> {
    await this.picking.run(async () => {
      const folder = await this.#api.call('setup.pickFolder', null);
      if (folder !== null) this.folder.set(folder);
    });
  }

  async connect(pin: string | null): Promise<boolean> {
    const left = this.#left;
    return this.working.run(async () => {
      this.#step = null;
      const connecting = this.#api.call('setup.connect', this.#target(pin));
      const profile = await connecting.catch((error: unknown) => {
        // Going back has ended it.
        if (left !== this.#left) return null;
        throw error;
      });
      if (left !== this.#left || profile === null) return;
      this.#profile = profile;
      this.#acceptedAt = new Date().toISOString();
      this.#page = 'probe';
    });
  }

  #target(pin: string | null): Input<'setup.connect'> {
    const folder = this.folder.value;
    if (this.#kind === 'evaluation' && folder !== null)
      return { kind: 'evaluation', folder: folder.id, pin };
    if (this.#token === null) throw new Error('no token was chosen');
    return { kind: 'existing', token: this.#token.id, pin };
  }

  toVault(): void {
    this.working.clear();
    this.#page = 'vault';
    if (this.folder.value === null) void this.folder.refresh();
  }

  /** @throws ApiError */
  saveProbe(): Promise<Output<'setup.saveProbe'>> {
    return this.#api.call('setup.saveProbe', null);
  }

  async finish(): Promise<void> {
    await this.working.run(async () => {
      const folder = this.folder.value;
      if (folder === null) return;
      this.#step = null;
      this.#result = await this.#api.call('setup.finish', {
        folder: folder.id,
        lossPlan: this.evaluation ? null : this.lossPlan,
      });
      this.#page = 'done';
    });
  }

  back(): void {
    this.working.clear();
    this.picking.clear();
    if (this.#page === 'vault') this.#page = 'probe';
    else if (this.#page === 'token') this.#begun = false;
    else void this.#leave(this.#page === 'probe' ? 'pin' : 'token');
  }

  /** The vault is open behind the last page. */
  enter(firstKey: boolean): void {
    this.#wantsFirstKey = firstKey;
    this.#begun = false;
    this.#page = 'token';
  }

  /** Work that was started with the PIN is undone, and the PIN is asked for again. */
  async #leave(page: 'pin' | 'token'): Promise<void> {
    this.#left++;
    this.#page = page;
    this.#profile = null;
    this.#acceptedAt = null;
    try {
      await this.#api.call('setup.cancel', null);
    } catch (error) {
      // Nothing depends on it: anything that is left is reported when it is found again.
      problemOf(error);
    }
  }
}
