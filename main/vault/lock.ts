import { createHash, randomBytes } from 'node:crypto';
import { link, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { Failure } from '../../shared/failure.ts';
import { vaultFiles } from './files.ts';
import { bootId, isRunning, startTime } from './process-identity.ts';
import { isErrno, storageFailure } from './storage-failure.ts';

const holderSchema = v.strictObject({
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  host: v.string(),
  /** Clock ticks from boot to the start of the process (proc(5)); null where unknown. */
  start: v.nullable(v.string()),
  /** The kernel's id of this run of the machine; null where unknown. */
  boot: v.nullable(v.string()),
  /** Makes every lock unlike every other. */
  nonce: v.string(),
});
type Holder = v.InferOutput<typeof holderSchema>;

/**
 * The lock file of a vault: one program at a time. It comes into being complete (a hard link to
 * a finished file) and is taken over only from a process of this host that is certainly gone.
 */
export class VaultLock {
  readonly #path: string;
  readonly #content: string;

  private constructor(path: string, content: string) {
    this.#path = path;
    this.#content = content;
  }

  /** @throws Failure 'vault-locked' with who holds it, or the disk's refusal. */
  static async acquire(folder: string): Promise<VaultLock> {
    const content = JSON.stringify(await thisProcess());
    const path = join(folder, vaultFiles.lock);
    try {
      await acquire(path, content);
      await removeLeftovers(folder);
    } catch (error) {
      throw storageFailure(error, 'The vault cannot be locked for this program', {
        unharmed: 'Nothing was changed.',
        next: 'Check that you may write to the folder and that its disk supports hard links.',
      });
    }
    return new VaultLock(path, content);
  }

  /** Gives the vault free; leaves a lock that is not this one alone. */
  async release(): Promise<void> {
    if ((await readIfThere(this.#path)) === this.#content) await rm(this.#path, { force: true });
  }
}

/**
 * Takes the lock at this path. A stale lock may be replaced only by whoever holds a second lock,
 * named after the stale one's content: so of many takers one replaces it, and one who looked
 * long ago finds another content there and starts again.
 */
const acquire = async (path: string, content: string): Promise<void> => {
  for (;;) {
    if (await linkNew(path, content)) return;
    const found = await readIfThere(path);
    if (found === null) continue;
    refuseUnlessStale(path, found, await isStale(found));
    const claim = `${path}.${createHash('sha256').update(found).digest('hex').slice(0, 32)}`;
    await acquire(claim, content);
    const isStillThere = (await readIfThere(path)) === found;
    if (isStillThere) await replace(path, content);
    await rm(claim, { force: true });
    if (isStillThere) return;
  }
};

const linkNew = async (path: string, content: string): Promise<boolean> => {
  const temporary = await writeTemporary(path, content);
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
};

const replace = async (path: string, content: string): Promise<void> => {
  await rename(await writeTemporary(path, content), path);
};

const writeTemporary = async (path: string, content: string): Promise<string> => {
  const temporary = `${path}.${randomBytes(16).toString('hex')}`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  return temporary;
};

/** What takers that were killed left behind; only the lock's holder may tidy up. */
const removeLeftovers = async (folder: string): Promise<void> => {
  const names = await readdir(folder);
  for (const name of names.filter((each) => each.startsWith(`${vaultFiles.lock}.`))) {
    const path = join(folder, name);
    const found = await readIfThere(path);
    if (found !== null && (await isStale(found))) await rm(path, { force: true });
  }
};

const thisProcess = async (): Promise<Holder> => ({
  pid: process.pid,
  host: hostname(),
  start: await startTime(process.pid),
  boot: await bootId(),
  nonce: randomBytes(16).toString('hex'),
});

const parseHolder = (content: string): Holder | null => {
  try {
    const parsed = v.safeParse(holderSchema, JSON.parse(content));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
};

/** True only where the holder was a process of this host and is certainly gone. */
const isStale = async (content: string): Promise<boolean> => {
  const holder = parseHolder(content);
  if (holder?.host !== hostname()) return false;
  const boot = await bootId();
  if (holder.boot !== null && boot !== null && holder.boot !== boot) return true;
  return !(await isRunning(holder.pid, holder.start));
};

const refuseUnlessStale = (path: string, content: string, stale: boolean): void => {
  if (stale) return;
  const holder = parseHolder(content);
  const here = holder?.host === hostname();
  const by =
    holder === null
      ? 'something whose lock file cannot be read'
      : `process ${holder.pid} on ${here ? 'this computer' : holder.host}`;
  throw new Failure('vault-locked', `The vault is in use by ${by}.`, {
    unharmed: 'Nothing was changed.',
    next: here
      ? 'Close the other program first.'
      : `Close it there. If it is certain that nothing uses the vault any more, delete the file ${path}.`,
  });
};

const readIfThere = async (path: string): Promise<string | null> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    throw error;
  }
};

/** Work on a vault's folder under its lock, which `work` releases; where it fails, this does. */
export const withVaultLock = async <T>(
  folder: string,
  work: (release: () => Promise<void>) => Promise<T>,
): Promise<T> => {
  const lock = await VaultLock.acquire(folder);
  const release = (): Promise<void> => lock.release();
  try {
    return await work(release);
  } catch (error) {
    await release();
    throw error;
  }
};
