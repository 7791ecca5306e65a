import { randomBytes } from 'node:crypto';
import { type FileHandle, link, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../../shared/failure.ts';
import {
  holderName,
  unreadableHolder,
  vaultInUse,
  vaultMaybeInUse,
} from '../../../shared/messages/failures/store.ts';
import { vaultNotLocked } from '../../../shared/messages/failures/disk.ts';
import { errnoOf, isErrno, sha256, storageFailure } from '../../system/index.ts';
import { vaultFiles } from './names.ts';
import { lockOpenFile } from './flock.ts';
import { type FoundLock, withLockFile } from './lock-file.ts';
import { type Holder, checkHolder, parseHolder, thisProcess, type Verdict } from './lock-holder.ts';

/** How often a holder gives a sign of life. */
const SIGN_MS = 3_000;

/**
 * The lock file of a vault: one program at a time. It comes into being complete (a hard link to
 * a finished file), locked by the kernel where that is possible, and is taken over only from a
 * process that has certainly ended.
 */
export class VaultLock {
  readonly #path: string;
  readonly #prepared: Prepared;
  readonly #signs: NodeJS.Timeout;

  private constructor(path: string, prepared: Prepared) {
    this.#path = path;
    this.#prepared = prepared;
    this.#signs = setInterval(() => void giveSign(prepared), SIGN_MS).unref();
  }

  /** @throws Failure 'vault-locked' with who holds it, or the disk's refusal. */
  static async acquire(folder: string): Promise<VaultLock> {
    const path = join(folder, vaultFiles.lock);
    try {
      const prepared = await prepare(path);
      try {
        await take(path, prepared);
      } catch (error) {
        await prepared.file.close();
        throw error;
      } finally {
        await rm(prepared.path, { force: true });
      }
      const lock = new VaultLock(path, prepared);
      try {
        await removeLeftovers(folder, prepared);
        return lock;
      } catch (error) {
        await lock.release();
        throw error;
      }
    } catch (error) {
      throw storageFailure(error, vaultNotLocked);
    }
  }

  /** Gives the vault free; leaves a lock that is not this one alone. */
  async release(): Promise<void> {
    clearInterval(this.#signs);
    const { file, content } = this.#prepared;
    try {
      if ((await contentOf(this.#path)) === content) await rm(this.#path, { force: true });
    } finally {
      await file.close();
    }
  }
}

/** `left`: by a program that ended without giving the vault free. */
export type HolderState = 'none' | 'live' | 'left' | 'unknown';

/** Who holds the lock, as far as can be told from here. Takes nothing and writes nothing. */
export const holderOf = async (folder: string): Promise<HolderState> => {
  try {
    const verdict = await withLockFile(join(folder, vaultFiles.lock), Date.now(), checkHolder);
    if (verdict === null) return 'none';
    return verdict.holder === 'gone' ? 'left' : verdict.holder;
  } catch (error) {
    if (error instanceof Failure || errnoOf(error) !== null) return 'unknown';
    throw error;
  }
};

/** A finished lock under a name of its own, to be linked to where it is to count. */
interface Prepared {
  readonly path: string;
  readonly content: string;
  /** Kept open while the lock is held: the kernel's lock ends with it. */
  readonly file: FileHandle;
  /** When it was made, by the clock of the file system. */
  readonly madeMs: number;
}

const prepare = async (lock: string): Promise<Prepared> => {
  const path = `${lock}.${randomBytes(16).toString('hex')}`;
  let file = await open(path, 'wx+', 0o600);
  try {
    // Locked before it is linked to: nobody finds a lock whose holder seems to be gone.
    const reader = await lockReading(path);
    const isLocked = reader !== null || (await lockOpenFile(file));
    const content = JSON.stringify(await thisProcess(isLocked));
    await file.writeFile(content);
    await file.sync();
    const { mtimeMs: madeMs } = await file.stat();
    if (reader !== null) {
      await file.close();
      file = reader;
    }
    return { path, content, file, madeMs };
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
};

/**
 * A file that is only read keeps no disk from being made read-only. Over NFS the kernel locks files
 * that are open for writing alone: null there.
 */
const lockReading = async (path: string): Promise<FileHandle | null> => {
  const file = await open(path, 'r');
  if (await lockOpenFile(file)) return file;
  await file.close();
  return null;
};

/** For those whom the kernel does not tell that this process is alive. */
const giveSign = async ({ file, content }: Prepared): Promise<void> => {
  // The same bytes again, for the time that the file system gives them. A disk that refuses this
  // refuses what matters too, and says so there.
  await rewrite(file, content)
    .catch(() => file.write(content, 0))
    .catch(() => undefined);
};

/** The file itself may be open for reading alone, and its first name be gone. */
const rewrite = async (file: FileHandle, content: string): Promise<void> => {
  const writer = await open(`/proc/self/fd/${file.fd}`, 'r+');
  try {
    await writer.write(content, 0);
  } finally {
    await writer.close();
  }
};

/**
 * Takes the lock at this path. A stale lock may be replaced only by whoever holds a second lock,
 * named after the stale one's content: so of many takers one replaces it, and one who looked
 * long ago finds another content there and starts again.
 */
const take = async (path: string, prepared: Prepared): Promise<void> => {
  for (;;) {
    if (await linkNew(prepared.path, path)) return;
    const found = await look(path, prepared);
    if (found === null) continue;
    if (found.verdict.holder !== 'gone') throw inUse(path, found);
    const claim = `${path}.${sha256(Buffer.from(found.content)).slice(0, 32)}`;
    await take(claim, prepared);
    const isStillThere = (await contentOf(path)) === found.content;
    if (isStillThere) await replace(prepared.path, path);
    await rm(claim, { force: true });
    if (isStillThere) return;
  }
};

const linkNew = async (from: string, to: string): Promise<boolean> => {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
};

const replace = async (from: string, to: string): Promise<void> => {
  const spare = `${from}.${randomBytes(4).toString('hex')}`;
  await link(from, spare);
  await rename(spare, to);
};

interface CheckedLock extends FoundLock {
  readonly verdict: Verdict;
}

const look = (path: string, { madeMs }: Prepared): Promise<CheckedLock | null> =>
  withLockFile(path, madeMs, async (found, file) => ({
    ...found,
    verdict: await checkHolder(found, file),
  }));

/** null where there is no lock, or something that is none. */
const contentOf = async (path: string): Promise<string | null> => {
  try {
    return await withLockFile(path, 0, ({ content }) => Promise.resolve(content));
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
};

/** What takers that were killed left behind; only the lock's holder may tidy up. */
const removeLeftovers = async (folder: string, prepared: Prepared): Promise<void> => {
  const names = await readdir(folder);
  for (const name of names.filter((each) => each.startsWith(`${vaultFiles.lock}.`))) {
    const path = join(folder, name);
    // What is no lock at all is not ours to remove.
    if ((await contentOf(path)) === null) continue;
    const found = await look(path, prepared);
    if (found?.verdict.holder === 'gone') await rm(path, { force: true });
  }
};

const inUse = (path: string, { content, silentMs, verdict }: CheckedLock): Failure => {
  const by = nameOf(parseHolder(content), verdict);
  if (verdict.holder === 'live') return vaultInUse(by);
  return vaultMaybeInUse(by, path, Math.max(0, Math.round(silentMs / 1000)));
};

const nameOf = (holder: Holder | null, { where }: Verdict): string =>
  holder === null ? unreadableHolder : holderName(holder.pid, holder.host, where);
