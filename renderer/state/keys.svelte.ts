import type { Input, Output } from '../../shared/contract.ts';
import type { KeyDetail, KeyRow } from '../../shared/contract/keys.ts';
import type { KeyId } from '../../shared/ids.ts';
import type { KeyAct } from '../../shared/key-life.ts';
import { mayEncrypt } from '../../shared/keys.ts';
import type { Api } from '../lib/api.ts';
import { messages } from '../messages/en.ts';
import { Resource } from './resource.svelte.ts';
import { Task } from './task.svelte.ts';
import type { Toasts } from './toasts.svelte.ts';

type KeyOptions = Output<'keys.options'>;

interface ChosenAct {
  readonly act: KeyAct;
  /** null: the dialog offers them. */
  readonly version: number | null;
  readonly destroyNow?: 'due';
}

/** The keys of the open vault, the chosen one, and the one being created. */
export class Keys {
  readonly #api: Api;
  readonly #toasts: Toasts;
  readonly list: Resource<readonly KeyRow[]>;
  readonly options: Resource<KeyOptions>;
  readonly making = new Task();
  #chosen = $state<KeyId | null>(null);
  #detail = $state.raw<Resource<KeyDetail> | null>(null);
  /** The dialog is open. */
  creating = $state(false);
  readonly changing = new Task();
  /** What is being asked for in a dialog. */
  act = $state.raw<ChosenAct | null>(null);

  constructor(api: Api, toasts: Toasts) {
    this.#api = api;
    this.#toasts = toasts;
    this.list = new Resource(() => api.call('keys.list', null));
    this.options = new Resource(() => api.call('keys.options', null));
  }

  readonly usable = $derived.by(() =>
    (this.list.value ?? []).filter(({ state }) => mayEncrypt(state)),
  );

  get chosen(): KeyId | null {
    return this.#chosen;
  }

  get detail(): Resource<KeyDetail> | null {
    return this.#detail;
  }

  find(id: string): KeyRow | undefined {
    return this.list.value?.find((key) => key.id === id);
  }

  /** What is shown of keys, again. */
  async refresh(): Promise<void> {
    await Promise.all([this.list.refresh(), this.#detail?.refresh()]);
  }

  open(id: KeyId): void {
    if (id === this.#chosen) return;
    this.#chosen = id;
    this.#detail = new Resource(() => this.#api.call('keys.detail', { id }));
    void this.#detail.refresh();
  }

  close(): void {
    this.#chosen = null;
    this.#detail = null;
  }

  async create(input: Input<'keys.create'>): Promise<void> {
    const made = await this.making.run(async () => {
      const { key, record } = await this.#api.call('keys.create', input);
      await this.list.refresh();
      this.open(key.id);
      this.#toasts.say(messages.keys.created(key.name), messages.record(record));
    });
    if (made) this.creating = false;
  }

  previewDestruction(id: KeyId, version: number): Resource<Output<'keys.destroyPreview'>> {
    const preview = new Resource(() => this.#api.call('keys.destroyPreview', { id, version }));
    void preview.refresh();
    return preview;
  }

  /**
   * @param done what is said of it; it gets the key's name and the version concerned
   * @returns whether it was done
   */
  async change(
    input: Input<'keys.change'>,
    done: (key: string, version: number) => string,
  ): Promise<boolean> {
    const made = await this.changing.run(async () => {
      const { key, record } = await this.#api.call('keys.change', input);
      await this.refresh();
      this.#toasts.say(done(key.name, input.version ?? key.version), messages.record(record));
    });
    if (made) this.act = null;
    return made;
  }
}
