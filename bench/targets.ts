import type { Workload } from './workloads.ts';
import type { Sample } from './measure.ts';
import { median } from './statistics.ts';
import { type Direction, directions } from './tools.ts';

interface Race {
  readonly workload: Workload;
  readonly direction: Direction;
}

const secondsIn = (
  samples: readonly Sample[],
  { workload, direction }: Race,
  name: string,
): ReadonlyMap<number, number> =>
  new Map(
    samples
      .filter((one) => one.tool.name === name)
      .filter((one) => one.workload === workload && one.direction === direction)
      .map(({ round, seconds }) => [round, seconds]),
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
  readonly least: number;
}

const ratioTargets: readonly RatioTarget[] = [
  {
    target: 'large file, bulk host: at least 2 × as fast as age',
    name: HOST,
    other: 'age',
    workload: 'large',
    least: 2,
  },
  {
    target: 'large file, bulk token: at least 0.8 × the raw PKCS#11 loop',
    name: TOKEN,
    other: 'raw PKCS#11',
    workload: 'large',
    least: 0.8,
  },
  ...[HOST, TOKEN].map((name) => ({
    target: `small files, ${name}: at least 10 × a loop of age processes`,
    name,
    other: 'age',
    workload: 'small' as const,
    least: 10,
  })),
];

export const judge = (samples: readonly Sample[]): Verdict[] => [
  ...ratioTargets.flatMap((target) =>
    directions.map((direction) => judgeRatio(samples, target, direction)),
  ),
  judgeMemory(samples),
];

const judgeRatio = (
  samples: readonly Sample[],
  { target, name, other, workload, least }: RatioTarget,
  direction: Direction,
): Verdict => {
  const ratio = speedRatio(samples, { workload, direction }, name, other);
  return {
    target: `${target} (${direction})`,
    figure: ratio === null ? '-' : `${ratio.toFixed(2)} ×`,
    met: ratio === null ? null : ratio >= least,
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
