import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { PIN } from './contenders.ts';
import { inputOf, writeInputs } from './inputs.ts';
import { type Options, readOptions, SMALL_BYTES } from './options.ts';
import { type Command, run } from './processes.ts';
import { median } from './statistics.ts';
import { claviger } from './tools.ts';
import { makeWorkFolder } from './work-folder.ts';
import type { Workload } from './workloads.ts';

// How long a rewrap takes, compared with copying the same files with cp: `npm run bench:rewrap -- --quick`.

/** How many times as long as cp a rewrap may take. */
const GOALS: Readonly<Record<Workload, number>> = { large: 2, small: 6 };

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const { signal } = new AbortController();

const secondsOf = async (command: Command): Promise<number> => (await run(command, signal)).seconds;

interface Bench {
  readonly options: Options;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Two ways to copy: with cp alone, and with cp and sync, as a rewrap writes to the disk too. */
const measure = async ({ options, folder, env }: Bench, workload: Workload): Promise<void> => {
  const own = (...args: string[]): Command => ({ ...claviger(...args), env });
  const sealed = path.join(folder, `sealed-${workload}`);
  const copy = path.join(folder, 'copy');
  const input = inputOf(folder, workload, options.smallFiles);
  mkdirSync(sealed);
  await run(own('encrypt', '--key', 'k', '--out', sealed, input), signal);
  const ratios: { cp: number[]; synced: number[] } = { cp: [], synced: [] };
  for (let round = 0; round < options.rounds; round++) {
    await run(own('key', 'rotate', 'k'), signal);
    await run({ file: 'sync', args: ['-f', folder] }, signal);
    const cp = await secondsOf({ file: 'cp', args: ['-r', sealed, copy] });
    const sync = await secondsOf({ file: 'sync', args: ['-f', folder] });
    rmSync(copy, { recursive: true });
    const rewrap = await secondsOf(own('rewrap', sealed));
    ratios.cp.push(rewrap / cp);
    ratios.synced.push(rewrap / (cp + sync));
    print(
      `${workload}: rewrap ${rewrap.toFixed(2)} s, cp ${cp.toFixed(2)} s, cp and sync ${(cp + sync).toFixed(2)} s`,
    );
  }
  const factor = median(ratios.cp);
  print(
    `${workload}: ${factor.toFixed(1)} × cp (goal: at most ${GOALS[workload]} ×, ${factor <= GOALS[workload] ? 'met' : 'MISSED'}), ` +
      `${median(ratios.synced).toFixed(1)} × cp and sync`,
  );
};

const options = readOptions(process.argv.slice(2));
if (options === null) {
  print('npm run bench:rewrap -- [--quick] [--rounds N] [--workload NAME] [--dir FOLDER]');
} else {
  const { largeBytes, smallFiles } = options;
  const bytes = 4 * largeBytes + 10 * smallFiles * 2 * SMALL_BYTES;
  const work = makeWorkFolder(options.dir, bytes);
  try {
    const folder = work.path;
    const env = {
      CLAVIGER_VAULT: path.join(folder, 'vault'),
      CLAVIGER_PIN: PIN,
      CLAVIGER_STATE: path.join(folder, 'state'),
    };
    print(
      `One file of ${largeBytes / 1024 ** 2} MiB, ${smallFiles} files of ${SMALL_BYTES} bytes; ${work.kind}.`,
    );
    await run({ ...claviger('init', '--evaluation'), env }, signal);
    await run({ ...claviger('key', 'create', 'k'), env }, signal);
    writeInputs(folder, options, []);
    for (const workload of options.workloads) await measure({ options, folder, env }, workload);
  } finally {
    work.remove();
  }
}
