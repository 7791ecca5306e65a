import type { Workload } from './workloads.ts';
import type { Sample } from './measure.ts';
import { median } from './statistics.ts';
import { type Direction, directions } from './tools.ts';

interface Race {
  readonly workload: Workload;
  readonly direction: Direction;
  /** Without start, unlocking and locking, where a tool has these. */
  readonly batchOnly?: boolean;
}

const secondsIn = (
  samples: readonly Sample[],
  { workload, direction, batchOnly }: Race,
  name: string,
): ReadonlyMap<number, number> =>
  new Map(
    samples
      .filter((one) => one.tool.name === name)
      .filter((one) => one.workload === workload && one.direction === direction)
      .map(({ round, seconds, batchSeconds }) => [
        round,
        batchOnly === true ? (batchSeconds ?? seconds) : seconds,
      ]),
  );

/**
 * How many times as fast as `other` a tool is: the median of the ratios within each
 * round, because other work on the machine slows down both alike. null where one is missing.
 */
export const speedRatio = (
  samples: readonly Sample[],
  race: Race,
  name: string,
  other: string,
): number | null => {
  const mine = secondsIn(samples, race, name);
  const theirs = secondsIn(samples, race, other);
  const ratios = [...mine].flatMap(([round, seconds]) => {
    const its = theirs.get(round);
    return its === undefined ? [] : [its / seconds];
  });
  return ratios.length === 0 ? null : median(ratios);
};

export interface Verdict {
  readonly target: string;
  readonly figure: string;
  /** null: could not be measured here. */
  readonly met: boolean | null;
}

const HOST = 'claviger host';
const TOKEN = 'claviger token';
const MEMORY_BYTES = 300e6;

interface RatioTarget {
  readonly target: string;
  readonly name: string;
  readonly other: string;
  readonly workload: Workload;
  readonly batchOnly: boolean;
  readonly least: Readonly<Record<Direction, number>>;
}

const both = (least: number): RatioTarget['least'] => ({ encrypt: least, decrypt: least });

const ratioTargets: readonly RatioTarget[] = [
  {
    target: 'large file, bulk host, batch only: at least 0.9 × (decrypt: 1.2 ×) as fast as age',
    ...{ name: HOST, other: 'age', workload: 'large', batchOnly: true },
    least: { encrypt: 0.9, decrypt: 1.2 },
  },
  {
    target: 'large file, bulk host, batch only: at least 0.9 × the raw loop with a digest',
    ...{ name: HOST, other: 'raw node:crypto, digest', workload: 'large', batchOnly: true },
    least: both(0.9),
  },
  {
    target: 'large file, bulk token, batch only: at least 0.85 × the raw loop with a digest',
    ...{ name: TOKEN, other: 'raw PKCS#11, digest', workload: 'large', batchOnly: true },
    least: both(0.85),
  },
  {
    target: 'small files, bulk host: at least 20 × a loop of age processes',
    ...{ name: HOST, other: 'age', workload: 'small', batchOnly: false },
    least: both(20),
  },
  {
    target: 'small files, bulk host: at most 3 × as long as the raw loop',
    ...{ name: HOST, other: 'raw node:crypto', workload: 'small', batchOnly: false },
    least: both(1 / 3),
  },
];

export const judge = (samples: readonly Sample[]): Verdict[] => [
  ...ratioTargets.flatMap((target) =>
    directions.map((direction) => judgeRatio(samples, target, direction)),
  ),
  judgeMemory(samples),
];

const judgeRatio = (
  samples: readonly Sample[],
  { target, name, other, workload, batchOnly, least }: RatioTarget,
  direction: Direction,
): Verdict => {
  const ratio = speedRatio(samples, { workload, direction, batchOnly }, name, other);
  return {
    target: `${target} (${direction})`,
    figure: ratio === null ? '-' : `${ratio.toFixed(2)} ×`,
    met: ratio === null ? null : ratio >= least[direction],
  };
};

const judgeMemory = (samples: readonly Sample[]): Verdict => {
  const peaks = samples.flatMap(({ tool, peak }) => (tool.ours && peak !== null ? [peak] : []));
  const most = Math.max(0, ...peaks);
  return {
    target: 'memory of all processes together: under 300 MB',
    figure: most === 0 ? '-' : `${(most / 1e6).toFixed(0)} MB`,
    met: most === 0 ? null : most < MEMORY_BYTES,
  };
};
