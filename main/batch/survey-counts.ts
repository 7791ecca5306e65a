import { Failure, type FailureCode, toFailureData } from '../../shared/failure.ts';
import type { Survey, SurveyedVersion, SurveyProblem } from '../../shared/survey.ts';
import type { KeyReader } from '../keystore/index.ts';

/** Names a slot claims, and what came of trying it. */
export interface SurveyedSlot {
  readonly key: string;
  readonly version: number;
  /** null: it was not tried. */
  readonly opened: boolean | null;
}

/** Files that are listed by name, and key versions that the vault does not have. */
const MOST = { problems: 100, foreign: 1_000 } as const;

interface Counted {
  files: number;
  alone: number;
  proved: number | null;
  refused: number;
}

const unread: ReadonlySet<FailureCode> = new Set([
  'not-a-file',
  'symlink',
  'not-found',
  'no-permission',
  'name-unusable',
  'io',
]);

/** Adds up what the headers of files say, in memory that does not grow with their number. */
export class SurveyCounts {
  readonly #keys: KeyReader;
  readonly #known: ReadonlySet<string>;
  readonly #versions = new Map<string, Counted>();
  readonly #foreign = new Set<string>();
  readonly #problems: SurveyProblem[] = [];
  readonly #counts = {
    ...{ files: 0, encrypted: 0, foreign: 0, plain: 0, damaged: 0, unreadable: 0, others: 0 },
    unlisted: 0,
  };

  constructor(keys: KeyReader) {
    this.#keys = keys;
    this.#known = new Set(
      keys.list().flatMap(({ id }) => keys.versions(id).map(({ version }) => `${id}/${version}`)),
    );
  }

  get files(): number {
    return this.#counts.files;
  }

  encrypted(slots: readonly SurveyedSlot[]): void {
    this.#counts.files++;
    this.#counts.encrypted++;
    const own = slots.filter((slot) => this.#known.has(nameOf(slot)));
    if (own.length === 0) this.#counts.foreign++;
    for (const slot of slots) this.#count(slot, own.length === 1 && own[0] === slot);
  }

  plain(): void {
    this.#counts.files++;
    this.#counts.plain++;
  }

  other(): void {
    this.#counts.others++;
  }

  problem(file: string, reason: Failure): void {
    this.#counts.files++;
    if (unread.has(reason.code)) this.#counts.unreadable++;
    else this.#counts.damaged++;
    this.mention(file, reason);
  }

  /** Of a file that is counted already. */
  mention(file: string, reason: Failure): void {
    if (this.#problems.length < MOST.problems)
      this.#problems.push({ file, reason: toFailureData(reason) });
  }

  result(): Survey {
    const versions = [...this.#versions].map(([name, counted]) => this.#describe(name, counted));
    const rank = ({ name, key }: SurveyedVersion): string =>
      `${name === null ? 1 : 0}${name ?? key}`;
    versions.sort((a, b) => compare(rank(a), rank(b)) || b.version - a.version);
    return { ...this.#counts, versions, problems: this.#problems };
  }

  #count(slot: SurveyedSlot, alone: boolean): void {
    const name = nameOf(slot);
    if (!this.#known.has(name) && !this.#foreign.has(name)) {
      if (this.#foreign.size >= MOST.foreign) {
        this.#counts.unlisted++;
        return;
      }
      this.#foreign.add(name);
    }
    const counted = this.#versions.get(name) ?? { files: 0, alone: 0, proved: null, refused: 0 };
    counted.files++;
    if (alone) counted.alone++;
    if (slot.opened !== null) counted.proved = (counted.proved ?? 0) + (slot.opened ? 1 : 0);
    if (slot.opened === false) counted.refused++;
    this.#versions.set(name, counted);
  }

  #describe(slot: string, counted: Counted): SurveyedVersion {
    const [key = '', number = ''] = slot.split('/');
    const version = Number(number);
    const known = this.#known.has(slot);
    const name = this.#keys.find(key)?.name ?? null;
    const newest = known ? this.#keys.versions(key)[0]?.version === version : false;
    const state = known
      ? (this.#keys.versions(key).find((each) => each.version === version)?.state ?? null)
      : null;
    return { key, name, version, state, newest, ...counted };
  }
}

const nameOf = ({ key, version }: Pick<SurveyedSlot, 'key' | 'version'>): string =>
  `${key}/${version}`;

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
