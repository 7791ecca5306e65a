import { rmSync } from 'node:fs';
import path from 'node:path';
import { makePeers, type Peers, PIN, threads } from './contenders.ts';
import { touchMemory, writeInputs } from './inputs.ts';
import { measureRound, type Sample } from './measure.ts';
import { type Options, readOptions, SMALL_BYTES, usage } from './options.ts';
import { run } from './processes.ts';
import { describeResults } from './report.ts';
import { claviger, clavigerTool, type Tool } from './tools.ts';
import { makeWorkFolder, type WorkFolder } from './work-folder.ts';

// Measures claviger and similar tools on this machine, all in one run, and says which targets are met.

const KEYS = ['host', 'token'] as const;
const CANCELLED = 130;

type VaultEnvironment = Readonly<
  Record<'CLAVIGER_VAULT' | 'CLAVIGER_PIN' | 'CLAVIGER_STATE', string>
>;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** One line that is updated in place; only on a terminal. */
const tell = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
};

/** Room for input, encrypted and decrypted file at the same time; small files take whole blocks. */
const roomFor = ({ largeBytes, smallFiles }: Options): number =>
  3 * largeBytes + 6 * smallFiles * 2 * SMALL_BYTES + 128 * 1024 * 1024;

const describeRun = (options: Options, folder: WorkFolder, missing: readonly string[]): string => {
  const { largeBytes, smallFiles, rounds } = options;
  return [
    `One file of ${largeBytes / 1024 ** 2} MiB, ${smallFiles} files of ${SMALL_BYTES} bytes; ` +
      `${rounds} round(s), median; ${threads} worker(s); ${folder.kind}.`,
    'Seconds are wall time of whole processes: for claviger with start, PIN, unlocking, hashing',
    'for the receipt, fsync and ledger. "batch only" leaves out start, unlocking and locking. "CPU":',
    'processor seconds of all threads, which other work on the machine hardly changes.',
    '"vs host" and "vs token": how many times as fast as claviger with that bulk, median of the',
    'ratios within each round. Memory: all processes added up, the program itself counted once.',
    ...(folder.inMemory ? [] : ['Only claviger and "cp, fsync" have their output on the disk.']),
    ...missing.map((name) => `${name} is not installed: skipped.`),
  ].join('\n');
};

/** A new vault for each round: the records of earlier ones would have to be read at each start. */
const makeVault = async (env: VaultEnvironment, signal: AbortSignal): Promise<void> => {
  rmSync(env.CLAVIGER_VAULT, { recursive: true, force: true });
  await run({ ...claviger('init', '--evaluation'), env }, signal);
  for (const bulk of KEYS) {
    const create = claviger('key', 'create', bulk, '--custody', 'hsm-only', '--bulk', bulk);
    await run({ ...create, env }, signal);
  }
};

const measureAll = async (
  options: Options,
  folder: WorkFolder,
  peers: Peers,
  signal: AbortSignal,
): Promise<string> => {
  const { smallFiles, workloads } = options;
  const vault = path.join(folder.path, 'vault');
  const state = path.join(folder.path, 'state');
  const env = { CLAVIGER_VAULT: vault, CLAVIGER_PIN: PIN, CLAVIGER_STATE: state };
  const all = [...KEYS.map((key) => clavigerTool(key, smallFiles, env)), ...peers.tools];
  const wanted = ({ name }: Tool): boolean => options.tools.some((each) => name.startsWith(each));
  const tools = options.tools.length === 0 ? all : all.filter(wanted);
  const onDisk = !folder.inMemory;
  const place = { folder: folder.path, smallFiles, workloads, vault, onDisk, signal, tell };
  const samples: Sample[] = [];
  for (let round = 0; round < options.rounds; round++) {
    await makeVault(env, signal);
    samples.push(...(await measureRound(tools, { ...place, round })));
  }
  tell('');
  return describeResults(samples, tools, options);
};

const bench = async (options: Options, signal: AbortSignal): Promise<void> => {
  const folder = makeWorkFolder(options.dir, roomFor(options));
  try {
    const onDisk = !folder.inMemory;
    const { smallFiles } = options;
    const peers = await makePeers({ folder: folder.path, smallFiles, onDisk, signal });
    try {
      print(`${describeRun(options, folder, peers.missing)}\n`);
      const samples = peers.tools.map((tool) => tool.smallFiles);
      writeInputs(folder.path, options, samples);
      if (folder.inMemory) touchMemory(folder.path, 2 * options.largeBytes);
      print(await measureAll(options, folder, peers, signal));
    } finally {
      await peers.stop();
    }
  } finally {
    folder.remove();
  }
};

const main = async (): Promise<number> => {
  const cancelling = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => cancelling.abort());
  }
  try {
    const options = readOptions(process.argv.slice(2));
    if (options === null) print(usage);
    else await bench(options, cancelling.signal);
    return 0;
  } catch (error) {
    if (cancelling.signal.aborted) return CANCELLED;
    tell('');
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
};

process.exitCode = await main();
