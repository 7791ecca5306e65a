import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import * as v from 'valibot';
import { isFileLocked } from './flock.ts';
import type { FoundLock } from './lock-file.ts';
import { bootId, isRunning, machineId, ownStartTime, pidNamespace } from './process-identity.ts';

const textOrNull = v.nullable(v.string());

const holderSchema = v.strictObject({
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  host: v.string(),
  /** Clock ticks from boot to the start of the process (proc(5)); null where unknown. */
  start: textOrNull,
  /** The kernel's id of this run of the machine; null where unknown. */
  boot: textOrNull,
  // What follows was not written by the first builds.
  machine: v.optional(textOrNull, null),
  /** Within which `pid` means something; null where unknown. */
  pidNamespace: v.optional(textOrNull, null),
  /** Whether the kernel keeps the file locked while its holder lives. */
  flock: v.optional(v.boolean(), false),
  /** Makes every lock unlike every other. */
  nonce: v.string(),
});
export type Holder = v.InferOutput<typeof holderSchema>;

export const thisProcess = async (flock: boolean): Promise<Holder> => ({
  ...(await whereWeAre()),
  start: await ownStartTime(),
  flock,
  nonce: randomBytes(16).toString('hex'),
});

const whereWeAre = async (): Promise<Omit<Holder, 'start' | 'flock' | 'nonce'>> => ({
  pid: process.pid,
  host: hostname(),
  boot: await bootId(),
  machine: await machineId(),
  pidNamespace: await pidNamespace(),
});

export const parseHolder = (content: string): Holder | null => {
  try {
    const parsed = v.safeParse(holderSchema, JSON.parse(content));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
};

/** What can be told of a lock's holder from here. */
export interface Verdict {
  /** `gone` and `live` are certain. */
  readonly holder: 'gone' | 'live' | 'unknown';
  readonly where: 'here' | 'sandbox' | 'elsewhere';
}

/** What is alive gives a sign every few seconds. */
const SILENCE_MS = 15_000;

export const checkHolder = async (found: FoundLock, file: FileHandle): Promise<Verdict> => {
  const holder = parseHolder(found.content);
  if (holder === null) return { holder: 'unknown', where: 'elsewhere' };
  const here = await whereWeAre();
  if (sharesPids(holder, here)) {
    const running = await isRunning(holder.pid, holder.start);
    return { holder: running ? 'live' : 'gone', where: 'here' };
  }
  const locked = holder.flock ? await isFileLocked(file) : 'unknown';
  const sameBoot = holder.boot !== null && holder.boot === here.boot;
  const where = sameBoot ? 'sandbox' : 'elsewhere';
  if (locked === 'yes') return { holder: 'live', where };
  if (sameBoot) return { holder: locked === 'no' ? 'gone' : 'unknown', where };
  // This machine was restarted since, unless the other one is a running clone of it.
  const gone = isSameMachine(holder, here) && found.silentMs > SILENCE_MS;
  return { holder: gone ? 'gone' : 'unknown', where };
};

type Place = Pick<Holder, 'host' | 'boot' | 'machine' | 'pidNamespace'>;

/** The first builds wrote no namespace; where there are none, the name of the host is all there is. */
const sharesPids = (one: Place, other: Place): boolean =>
  one.boot === other.boot &&
  (one.pidNamespace === null ? one.host === other.host : one.pidNamespace === other.pidNamespace);

const isSameMachine = (one: Place, other: Place): boolean =>
  one.machine === null || other.machine === null
    ? one.host === other.host
    : one.machine === other.machine;
