import { fromFailureData, type FailureData } from '../../../shared/failure.ts';
import type { KeyMaterial } from '../../../shared/keys.ts';
import type { KeySetInput } from '../api.ts';
import type { ParsedHeader } from '../envelope/header.ts';

/** The keys of one batch, found by id and version. */
export class KeySet {
  readonly keys: readonly KeyMaterial[];
  readonly #byVersion: ReadonlyMap<string, KeyMaterial>;
  readonly #refused: ReadonlyMap<string, FailureData>;

  constructor({ keys, refused }: KeySetInput) {
    this.keys = keys;
    this.#byVersion = new Map(keys.map((key) => [nameOf(key.id, key.version), key]));
    this.#refused = new Map(refused.map((key) => [nameOf(key.id, key.version), key.failure]));
  }

  /**
   * The keys that a file names and that we may use.
   * @throws Failure of the refused key, where the file names only keys that must not be used now
   */
  of(header: ParsedHeader): KeyMaterial[] {
    const found = header.slots.flatMap((slot) => {
      const key = this.#byVersion.get(nameOf(slot.key, slot.version));
      return key === undefined ? [] : [key];
    });
    if (found.length > 0) return found;
    for (const slot of header.slots) {
      const failure = this.#refused.get(nameOf(slot.key, slot.version));
      if (failure !== undefined) throw fromFailureData(failure);
    }
    return [];
  }
}

const nameOf = (id: string, version: number): string => `${id}/${version}`;
