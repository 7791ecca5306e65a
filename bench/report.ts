import { type Workload, workloads } from './workloads.ts';
import type { Sample } from './measure.ts';
import { median } from './statistics.ts';
import { judge, speedRatio } from './targets.ts';
import { type Direction, directions, type Tool } from './tools.ts';

export interface Scale {
  readonly largeBytes: number;
  readonly smallFiles: number;
}

const alignTable = (rows: readonly (readonly string[])[]): string => {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  }
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
};

const TARGETS =
  'Targets, set for 1 GiB and 10,000 files (with less, the start of the programs decides)';

const headings = [
  'job',
  'tool',
  'seconds',
  'fastest',
  'slowest',
  'rate',
  'CPU',
  'batch only',
  'vs host',
  'vs token',
  'peak MB',
];

const rateOf = (workload: Workload, seconds: number, scale: Scale): string =>
  workload === 'large'
    ? `${(scale.largeBytes / seconds / 1e6).toFixed(0)} MB/s`
    : `${(scale.smallFiles / seconds).toFixed(0)} files/s`;

const ratioText = (ratio: number | null): string => (ratio === null ? '-' : ratio.toFixed(2));

const rowOf = (
  samples: readonly Sample[],
  tool: Tool,
  workload: Workload,
  direction: Direction,
  scale: Scale,
): string[] => {
  const own = samples.filter(
    (one) => one.tool === tool && one.workload === workload && one.direction === direction,
  );
  const seconds = own.map((one) => one.seconds);
  const batch = own.flatMap((one) => (one.batchSeconds === null ? [] : [one.batchSeconds]));
  const peaks = own.flatMap(({ peak }) => (peak === null ? [] : [peak]));
  const race = { workload, direction };
  const sampled = workload === 'small' && tool.smallFiles < scale.smallFiles;
  return [
    `${workload} ${direction}`,
    `${tool.name}${sampled ? ` (${tool.smallFiles} files)` : ''}`,
    median(seconds).toFixed(2),
    Math.min(...seconds).toFixed(2),
    Math.max(...seconds).toFixed(2),
    rateOf(workload, median(seconds), scale),
    median(own.map((one) => one.cpuSeconds)).toFixed(2),
    batch.length === 0 ? '' : median(batch).toFixed(2),
    ratioText(speedRatio(samples, race, tool.name, 'claviger host')),
    ratioText(speedRatio(samples, race, tool.name, 'claviger token')),
    peaks.length === 0 ? '-' : (Math.max(...peaks) / 1e6).toFixed(0),
  ];
};

/** Every measurement, and what it says of the targets. */
export const describeResults = (
  samples: readonly Sample[],
  tools: readonly Tool[],
  scale: Scale,
): string => {
  const measured = workloads.filter((each) => samples.some(({ workload }) => workload === each));
  const rows = measured.flatMap((workload) =>
    directions.flatMap((direction) =>
      tools.map((tool) => rowOf(samples, tool, workload, direction, scale)),
    ),
  );
  const verdicts = judge(samples).map(({ target, figure, met }) => [
    met === null ? 'not measured' : met ? 'met' : 'MISSED',
    target,
    figure,
  ]);
  return [alignTable([headings, ...rows]), '', TARGETS, alignTable(verdicts)].join('\n');
};
