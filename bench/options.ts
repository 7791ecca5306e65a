import { parseArgs } from 'node:util';
import { type Workload, workloads } from './workloads.ts';

export interface Options {
  /** Bytes of the one large file. */
  readonly largeBytes: number;
  /** How many small files. */
  readonly smallFiles: number;
  readonly rounds: number;
  readonly workloads: readonly Workload[];
  /** Starts of the names of the tools to measure; empty: all of them. */
  readonly tools: readonly string[];
  /** Folder to work in; null: the benchmark chooses one. */
  readonly dir: string | null;
}

const MIB = 1024 * 1024;
export const SMALL_BYTES = 4_096;

export const usage = `Measures claviger beside age, gpg, cp and raw loops.

npm run bench -- [--quick] [--rounds N] [--workload NAME] [--tool NAME]... [--dir FOLDER]

  --quick        64 MiB, 1,000 files, 1 round, instead of 1 GiB, 10,000 files, 3 rounds
  --rounds N     how often everything is measured
  --workload W   only large or only small
  --tool NAME    only tools whose names begin so, like age or claviger; may be given again
  --dir FOLDER   where to work; usual: memory (/dev/shm) where there is room, else the folder
                 for temporary files
`;

/** null: print the usage only. @throws Error for unknown options */
export const readOptions = (args: readonly string[]): Options | null => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      workload: { type: 'string' },
      tool: { type: 'string', multiple: true, default: [] },
      dir: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a number from 1 on');
  return {
    largeBytes: (values.quick ? 64 : 1_024) * MIB,
    smallFiles: values.quick ? 1_000 : 10_000,
    rounds,
    workloads: workloadsOf(values.workload),
    tools: values.tool,
    dir: values.dir ?? null,
  };
};

const workloadsOf = (name: string | undefined): readonly Workload[] => {
  if (name === undefined) return workloads;
  const found = workloads.filter((each) => each === name);
  if (found.length === 0) throw new Error(`--workload takes one of ${workloads.join(', ')}`);
  return found;
};
