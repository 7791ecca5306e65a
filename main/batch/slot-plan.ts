import type { KeyVersion } from '../../shared/batch.ts';
import { Failure, type FailureData, toFailureData } from '../../shared/failure.ts';
import { newSlots, readHeader, type SlotRules } from '../engine/index.ts';
import { fileFailure } from '../system/index.ts';

/** How many headers are read at the same time, so that they do not wait for each other. */
const READS_AT_ONCE = 64;

/** Looks into the headers of a batch's files before it is planned. No key is needed for that. */
export class SlotPlan {
  readonly #refusals: ReadonlyMap<string, FailureData>;
  readonly #targets: ReadonlyMap<string, KeyVersion>;

  private constructor(
    refusals: ReadonlyMap<string, FailureData>,
    targets: ReadonlyMap<string, KeyVersion>,
  ) {
    this.#refusals = refusals;
    this.#targets = targets;
  }

  static async of(rules: SlotRules, files: readonly string[]): Promise<SlotPlan> {
    const refusals = new Map<string, FailureData>();
    const targets = new Map<string, KeyVersion>();
    for (let at = 0; at < files.length; at += READS_AT_ONCE) {
      const some = files.slice(at, at + READS_AT_ONCE);
      const found = await Promise.all(some.map((file) => lookAt(rules, file)));
      for (const [index, file] of some.entries()) {
        const looked = found[index];
        if (looked instanceof Failure) refusals.set(file, toFailureData(looked));
        else for (const each of looked ?? []) targets.set(`${each.id}/${each.version}`, each);
      }
    }
    return new SlotPlan(refusals, targets);
  }

  /** Why its slots cannot be replaced, or need not be (`up-to-date`). */
  refusalOf(file: string): FailureData | null {
    return this.#refusals.get(file) ?? null;
  }

  /** The key versions that new slots are made for. */
  get targets(): readonly KeyVersion[] {
    return [...this.#targets.values()];
  }
}

const lookAt = async (rules: SlotRules, file: string): Promise<KeyVersion[] | Failure> => {
  try {
    const { header } = await readHeader(file);
    return newSlots(header.slots, rules).flatMap((slot) =>
      'made' in slot ? [{ id: slot.made.id, version: slot.made.version }] : [],
    );
  } catch (error) {
    const failure = fileFailure(error, 'original');
    if (failure instanceof Failure) return failure;
    throw error;
  }
};
