import type { FileFate, KeyVersion } from '../../shared/batch.ts';
import { Failure, type FailureData, groupOf, toFailureData } from '../../shared/failure.ts';
import {
  nameOfSlot,
  type NewSlot,
  newSlots,
  type ParsedHeader,
  readHeader,
  type SlotMove,
  type SlotRules,
} from '../engine/index.ts';
import { fileFailure } from '../system/index.ts';

/** How many headers are read at the same time, so that they do not wait for each other. */
const READS_AT_ONCE = 64;

/** Looks into the headers of a batch's files before it is planned. No key is needed for that. */
export class SlotPlan {
  readonly #refusals = new Map<string, FailureData>();
  readonly #targets = new Map<string, KeyVersion>();
  readonly #fates = new Map<string, FileFate>();

  static async of(rules: SlotRules, files: readonly string[]): Promise<SlotPlan> {
    const plan = new SlotPlan();
    const moves = new Map(rules.moves.map((move) => [nameOf(move), move]));
    /** There are as many moves as the vault has key versions. */
    const rulesFor = (slots: ParsedHeader['slots']): SlotRules => ({
      ...rules,
      moves: slots.flatMap(({ key, version }) => moves.get(nameOf({ id: key, version })) ?? []),
    });
    for (let at = 0; at < files.length; at += READS_AT_ONCE) {
      const some = files.slice(at, at + READS_AT_ONCE);
      for (const looked of await Promise.all(some.map((file) => lookAt(rulesFor, file))))
        plan.#add(looked);
    }
    return plan;
  }

  /** Why its slots cannot be replaced, or need not be (`up-to-date`). */
  refusalOf(file: string): FailureData | null {
    return this.#refusals.get(file) ?? null;
  }

  /** The vault's key versions that the files are to open with. */
  get targets(): readonly KeyVersion[] {
    return [...this.#targets.values()];
  }

  /** What becomes of the files whose headers are whole. */
  get fates(): readonly FileFate[] {
    return [...this.#fates.values()];
  }

  #add({ file, targets, to, refusal, from, size }: Looked): void {
    if (refusal !== null) this.#refusals.set(file, toFailureData(refusal));
    for (const each of targets) this.#targets.set(nameOf(each), each);
    const fate = fateOf(refusal);
    if (fate === null) return;
    const name = [from, to].map((each) => (each === null ? '' : nameOf(each))).join(' ') + fate;
    const { files, bytes } = this.#fates.get(name) ?? { files: 0, bytes: 0 };
    this.#fates.set(name, { from, fate, to, files: files + 1, bytes: bytes + size });
  }
}

const nameOf = ({ id, version }: KeyVersion): string => `${id}/${version}`;

/** null: of a file that is damaged or cannot be read. */
const fateOf = (refusal: Failure | null): FileFate['fate'] | null => {
  if (refusal === null) return 'replaced';
  if (refusal.code === 'up-to-date') return 'up-to-date';
  if (refusal.code === 'no-key') return 'not-ours';
  return ['key', 'usage'].includes(groupOf(refusal.code)) ? 'refused' : null;
};

interface Looked {
  readonly file: string;
  readonly refusal: Failure | null;
  /** The vault's key versions that the file is to open with. */
  readonly targets: readonly KeyVersion[];
  /** The first one that a new slot is made for. */
  readonly to: KeyVersion | null;
  /** The vault's key version that decides what becomes of the file. */
  readonly from: KeyVersion | null;
  /** Bytes. */
  readonly size: number;
}

const lookAt = async (
  rulesFor: (slots: ParsedHeader['slots']) => SlotRules,
  file: string,
): Promise<Looked> => {
  try {
    const { header, size } = await readHeader(file);
    const rules = rulesFor(header.slots);
    const from = decisiveVersion(rules);
    try {
      const slots = newSlots(header.slots, rules);
      const made = slots.flatMap((slot) => ('made' in slot ? [versionOf(slot.made)] : []));
      const targets = [...made, ...keptVersions(slots, rules)];
      return { file, targets, to: made[0] ?? null, from, size, refusal: null };
    } catch (error) {
      return { file, from, size, ...refused(error) };
    }
  } catch (error) {
    return { file, from: null, size: 0, ...refused(error) };
  }
};

const versionOf = ({ id, version }: KeyVersion): KeyVersion => ({ id, version });

/** Whose slots stay: also when the file is processed they must be what they are now. */
const keptVersions = (slots: readonly NewSlot[], { moves }: SlotRules): KeyVersion[] => {
  const kept = new Set(slots.flatMap((slot) => ('kept' in slot ? [nameOfSlot(slot)] : [])));
  return moves.filter((move) => kept.has(nameOf(move))).map(versionOf);
};

const refused = (error: unknown): Pick<Looked, 'refusal' | 'targets' | 'to'> => {
  const refusal = fileFailure(error, 'original');
  if (refusal instanceof Failure) return { refusal, targets: [], to: null };
  throw error;
};

/** One that must not be replaced; or else one that is; or else any of the vault. */
const decisiveVersion = ({ moves }: SlotRules): KeyVersion | null => {
  const isMoved = (move: SlotMove): boolean =>
    'to' in move && (move.to === null || nameOf(move.to) !== nameOf(move));
  const move = moves.find((each) => 'failure' in each) ?? moves.find(isMoved) ?? moves[0];
  return move === undefined ? null : versionOf(move);
};
