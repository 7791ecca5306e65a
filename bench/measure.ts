import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { inputOf } from './inputs.ts';
import type { Workload } from './workloads.ts';
import { run } from './processes.ts';
import { type Direction, directions, type Task, type Tool } from './tools.ts';

export interface Sample {
  readonly tool: Tool;
  readonly workload: Workload;
  readonly direction: Direction;
  readonly round: number;
  /** From the start of the process to its end; small files: scaled up to all of them. */
  readonly seconds: number;
  /** The batch alone, from its first to its last record; null for other tools. */
  readonly batchSeconds: number | null;
  /** Processor time, scaled like `seconds`. */
  readonly cpuSeconds: number;
  /** Bytes. */
  readonly peak: number | null;
}

export interface Place {
  readonly folder: string;
  readonly smallFiles: number;
  readonly workloads: readonly Workload[];
  /** Where the vault of this round is. */
  readonly vault: string;
  readonly round: number;
  readonly onDisk: boolean;
  readonly signal: AbortSignal;
  readonly tell: (text: string) => void;
}

/** One round: every tool encrypts and decrypts both workloads, one after the other. */
export const measureRound = async (tools: readonly Tool[], place: Place): Promise<Sample[]> => {
  const samples: Sample[] = [];
  const first = place.round % tools.length;
  // Each round starts with another tool, so that the same one is not always first.
  const inTurn = [...tools.slice(first), ...tools.slice(0, first)];
  for (const workload of place.workloads) {
    for (const tool of inTurn) samples.push(...(await measureTool(tool, workload, place)));
  }
  return samples;
};

const measureTool = async (tool: Tool, workload: Workload, place: Place): Promise<Sample[]> => {
  const { folder } = place;
  const input = inputOf(folder, workload, tool.smallFiles);
  const name = path.basename(input);
  const sealed = path.join(folder, 'sealed', `${name}${workload === 'large' ? tool.suffix : ''}`);
  const opened = path.join(folder, 'opened', name);
  for (const file of [sealed, opened]) mkdirSync(path.dirname(file));
  try {
    const samples: Sample[] = [];
    for (const direction of directions) {
      const [from, to] = direction === 'encrypt' ? [input, sealed] : [sealed, opened];
      samples.push(await measureTask(tool, { workload, direction, from, to }, place));
    }
    await run({ file: 'diff', args: ['-rq', input, opened] }, place.signal);
    return samples;
  } finally {
    for (const file of [sealed, opened]) rmSync(path.dirname(file), { recursive: true });
  }
};

const measureTask = async (tool: Tool, task: Task, place: Place): Promise<Sample> => {
  const { round, signal, onDisk, folder, smallFiles, tell } = place;
  const { workload, direction } = task;
  tell(`round ${round + 1}: ${tool.name}, ${workload}, ${direction}`);
  const { seconds, cpuSeconds, peak } = await run(tool.command(task), signal);
  const batchSeconds = tool.ours ? batchSecondsOf(place.vault) : null;
  // What one tool has not written to the disk yet must not slow down the next one.
  if (onDisk) await run({ file: 'sync', args: ['-f', folder] }, signal);
  const scale = workload === 'small' ? smallFiles / tool.smallFiles : 1;
  return {
    tool,
    workload,
    direction,
    round,
    seconds: seconds * scale,
    batchSeconds,
    cpuSeconds: cpuSeconds * scale,
    peak,
  };
};

/** From the ledger: how long the newest batch took, without start, unlocking and locking. */
const batchSecondsOf = (vault: string): number => {
  const lines = readFileSync(path.join(vault, 'ledger.jsonl'), 'utf8').split('\n');
  const timeOf = (action: string): number => {
    const line = lines.findLast((each) => each.includes(`"action":"${action}"`));
    if (line === undefined) throw new Error(`the ledger has no ${action}`);
    const { time } = JSON.parse(line) as { readonly time: string };
    return Date.parse(time);
  };
  return (timeOf('batch.end') - timeOf('batch.start')) / 1_000;
};
