import { parseArgs } from 'node:util';

export interface Options {
  /** Bytes of the one large file. */
  readonly largeBytes: number;
  /** How many small files. */
  readonly smallFiles: number;
  readonly rounds: number;
  /** Folder to work in; null: chosen by the bench. */
  readonly dir: string | null;
}

const MIB = 1024 * 1024;
export const SMALL_BYTES = 4_096;

export const usage = `Measures claviger beside age, gpg, cp and raw loops.

npm run bench -- [--quick] [--rounds N] [--dir FOLDER]

  --quick        64 MiB, 1,000 files, 1 round, instead of 1 GiB, 10,000 files, 3 rounds
  --rounds N     how often everything is measured
  --dir FOLDER   where to work; usual: memory (/dev/shm) where there is room, else the folder
                 for temporary files
`;

/** null: only the usage is wanted. @throws Error for options that there are not */
export const readOptions = (args: readonly string[]): Options | null => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
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
    dir: values.dir ?? null,
  };
};
