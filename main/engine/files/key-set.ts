import { fromFailureData } from '../../../shared/failure.ts';
import type { KeyMaterial } from '../../../shared/keys.ts';
import type { KeySetInput, RefusedKey } from '../api.ts';
import type { ParsedHeader } from '../envelope/header.ts';
import { newSlots, type SlotMove, type SlotRules } from './new-slots.ts';

/** The keys of one batch, found by id and version. */
export class KeySet {
  readonly keys: readonly KeyMaterial[];
  readonly #byVersion: ReadonlyMap<string, KeyMaterial>;
  readonly #refused: ReadonlyMap<string, RefusedKey>;
  readonly #slots: SlotRules | null;
  readonly #moves: ReadonlyMap<string, SlotMove>;

  constructor({ keys, refused, slots }: KeySetInput) {
    this.keys = keys;
    this.#slots = slots;
    this.#moves = new Map(
      (slots?.moves ?? []).map((move) => [nameOf(move.id, move.version), move]),
    );
    this.#byVersion = new Map(keys.map((key) => [nameOf(key.id, key.version), key]));
    this.#refused = new Map(refused.map((key) => [nameOf(key.id, key.version), key]));
  }

  /**
   * The keys that a file names and that we may use.
   * @throws Failure of the refused key, where the file names only keys that must not be used now
   */
  of(header: Pick<ParsedHeader, 'slots'>): KeyMaterial[] {
    const found = this.heldOf(header);
    if (found.length > 0) return found;
    const refused = header.slots.flatMap(
      ({ key, version }) => this.#refused.get(nameOf(key, version)) ?? [],
    );
    // A key that can be resumed opens the file again.
    const first = refused.find(({ state }) => state !== 'destroyed') ?? refused[0];
    if (first === undefined) return [];
    const keys = refused.map(({ id, version }) => ({ id, version }));
    throw fromFailureData({ ...first.failure, keys });
  }

  /** As `of`, also none. */
  heldOf({ slots }: Pick<ParsedHeader, 'slots'>): KeyMaterial[] {
    return slots.flatMap(({ key, version }) => this.#byVersion.get(nameOf(key, version)) ?? []);
  }

  get rules(): SlotRules {
    if (this.#slots === null) throw new Error('there are no rules for slots');
    return this.#slots;
  }

  /** The rules that concern a file: there are as many as the vault has key versions. */
  movesOf({ slots }: ParsedHeader): SlotMove[] {
    return slots.flatMap(({ key, version }) => this.#moves.get(nameOf(key, version)) ?? []);
  }

  /**
   * The keys that a file gets new slots for.
   * @throws Failure where its slots cannot be replaced, or need not be
   */
  targetsOf(header: ParsedHeader): KeyMaterial[] {
    return newSlots(header.slots, { ...this.rules, moves: this.movesOf(header) }).flatMap(
      (slot) => {
        if ('kept' in slot) return [];
        const key = this.#byVersion.get(nameOf(slot.made.id, slot.made.version));
        if (key === undefined) throw new Error('the key of a new slot was not given');
        return [key];
      },
    );
  }
}

const nameOf = (id: string, version: number): string => `${id}/${version}`;
