import type { SlotWish } from '../../shared/contract/work.ts';
import type { KeyId } from '../../shared/ids.ts';

export const slotWays = ['newest', 'other', 'change'] as const;
/** Newest version of the same keys, one other key for all files, or keys to add or remove. */
export type SlotWay = (typeof slotWays)[number];

/** Rewrap, re-encrypt: which keys the files open with afterwards. */
export class SlotChoice {
  readonly #changed: () => void;
  #way = $state<SlotWay>('newest');
  #target = $state<KeyId | null>(null);
  #added = $state.raw<readonly KeyId[]>([]);
  #removed = $state.raw<readonly KeyId[]>([]);
  #dropOthers = $state(false);

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get way(): SlotWay {
    return this.#way;
  }
  /** One key for all files. */
  get target(): KeyId | null {
    return this.#way === 'other' ? this.#target : null;
  }
  get added(): readonly KeyId[] {
    return this.#added;
  }
  get removed(): readonly KeyId[] {
    return this.#removed;
  }
  get dropOthers(): boolean {
    return this.#dropOthers;
  }

  get wish(): SlotWish {
    const changes = this.#way === 'change';
    return {
      add: changes ? [...this.#added] : [],
      remove: changes ? [...this.#removed] : [],
      dropOthers: this.#dropOthers,
    };
  }

  /** What was chosen for some files does not hold for the next ones. */
  reset(): void {
    this.#way = 'newest';
    this.#target = null;
    this.#added = [];
    this.#removed = [];
    this.#dropOthers = false;
  }

  setWay(way: SlotWay): void {
    this.#way = way;
    this.#changed();
  }

  setTarget(key: KeyId): void {
    this.#target = key;
    this.#changed();
  }

  add(key: KeyId): void {
    this.#added = [...this.#added, key];
    this.#changed();
  }

  dontAdd(key: KeyId): void {
    this.#added = this.#added.filter((each) => each !== key);
    this.#changed();
  }

  remove(key: KeyId): void {
    this.#removed = [...this.#removed, key];
    this.#changed();
  }

  dontRemove(key: KeyId): void {
    this.#removed = this.#removed.filter((each) => each !== key);
    this.#changed();
  }

  setDropOthers(wanted: boolean): void {
    this.#dropOthers = wanted;
    this.#changed();
  }
}
