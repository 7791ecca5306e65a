import { unlink } from 'node:fs/promises';
import { isReplacing, type PlannedFile, type StoredBatch } from '../../shared/batch.ts';
import { Failure, type FailureCode, toFailureData } from '../../shared/failure.ts';
import { limits } from '../../shared/limits.ts';
import type { EngineCalls, FileJob, FileResult, OpenFolders, VerifyJob } from '../engine/index.ts';
import { isErrno, withFileFailures } from '../system/index.ts';
import type { Caller } from '../rpc/index.ts';
import type { VaultSession } from '../session/index.ts';
import type { BatchFolders } from './folders.ts';
import { keysFor, refusedSince, statesOf } from './batch-keys.ts';
import { partPath } from './output-name.ts';

/** Failures after which another engine or a new login may succeed. */
const recoverable: ReadonlySet<FailureCode> = new Set([
  'engine-lost',
  'token-removed',
  'not-logged-in',
  'token-failed',
]);

type Engine = Caller<EngineCalls>;

interface KeySet {
  readonly engine: Engine;
  /** Of the keys, when the set was sent. */
  readonly states: string;
  readonly number: Promise<number>;
}

interface Call {
  readonly signal: AbortSignal;
  readonly onProgress: (bytes: number) => void;
}

/**
 * A batch's calls to the engine. If the engine is lost, another one is started and the failed group
 * is repeated file by file, with new file keys, so that a file that crashes the engine every time
 * fails alone.
 */
export class BatchCalls {
  readonly #session: VaultSession;
  readonly #batch: StoredBatch;
  readonly #folders: BatchFolders;
  /** Newest last: older ones serve the calls that are under way. */
  readonly #keySets: KeySet[] = [];

  constructor(session: VaultSession, batch: StoredBatch, folders: BatchFolders) {
    this.#session = session;
    this.#batch = batch;
    this.#folders = folders;
  }

  /** @throws Failure if the token or the engine could not be recovered */
  async process(files: readonly PlannedFile[], call: Call, attempt = 1): Promise<FileResult[]> {
    const engine = await this.#session.ready();
    const before = this.#refusal();
    if (before !== null) return files.map(({ index }) => failedBy(index, before));
    const { keys } = this.#session.vault.tables;
    const states = statesOf(keys);
    try {
      const results = await this.#once(engine, files, call);
      const after = this.#refusal();
      const isStale = isReplacing(this.#batch.kind) && statesOf(keys) !== states;
      if (after === null && !isStale) return results;
      await tidyParts(this.#folders, this.#batch, files);
      // What becomes of each slot follows from the states of the keys.
      if (after === null) return await this.process(files, call, attempt);
      return files.map(({ index }) => failedBy(index, after));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (call.signal.aborted && recoverable.has(error.code)) {
        await removeParts(this.#folders, this.#batch, files);
        return [];
      }
      await this.#recover(engine, error);
      // Remove the partial files of the lost engine: no attempt continues another one's file.
      await removeParts(this.#folders, this.#batch, files);
      if (attempt >= limits.attemptsPerFile)
        return files.map(({ index }) => failedBy(index, error));
      const results: FileResult[] = [];
      for (const file of files) {
        if (call.signal.aborted) break;
        results.push(...(await this.process([file], call, attempt + 1)));
      }
      return results;
    }
  }

  /**
   * Reads outputs back and compares them with their originals. Writes nothing, so it can be
   * repeated.
   */
  async readBack(files: readonly VerifyJob[], call: Call, attempt = 1): Promise<FileResult[]> {
    const engine = await this.#session.ready();
    try {
      const folders = this.#folders.of(
        files.flatMap(({ input, original }) => (original === null ? [input] : [input, original])),
      );
      return await engine.call(
        'verify',
        { keySet: await this.#currentKeySet(engine), files, folders },
        call,
      );
    } catch (error) {
      if (!(error instanceof Failure) || attempt >= limits.attemptsPerFile) throw error;
      await this.#recover(engine, error);
      return this.readBack(files, call, attempt + 1);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#keySets.splice(0).map(removeKeySet));
  }

  #refusal(): Failure | null {
    const { tables, now } = this.#session.vault;
    return refusedSince(tables.keys, this.#batch, now);
  }

  async #once(engine: Engine, files: readonly PlannedFile[], call: Call): Promise<FileResult[]> {
    const keySet = await this.#currentKeySet(engine);
    if (this.#batch.kind === 'verify') {
      const jobs = files.map((file) => ({ ...inputOf(file), original: null }));
      const folders = this.#folders.of(jobs.map(({ input }) => input));
      return engine.call('verify', { keySet, files: jobs, folders }, call);
    }
    const jobs = files.map((file) => ({ ...inputOf(file), part: partOf(this.#batch, file) }));
    const folders = this.#folders.of(jobs.flatMap(({ input, part }) => [input, part]));
    return engine.call(this.#batch.kind, { keySet, files: jobs, folders }, call);
  }

  /** @throws the failure if another engine would not help, or there is none */
  async #recover(engine: Engine, error: Failure): Promise<void> {
    if (error.code !== 'worker-lost' && !recoverable.has(error.code)) throw error;
    if (recoverable.has(error.code)) await this.#session.recover(error, engine);
  }

  #currentKeySet(engine: Engine): Promise<number> {
    const { keys } = this.#session.vault.tables;
    const states = statesOf(keys);
    const last = this.#keySets.at(-1);
    if (last?.engine === engine && last.states === states) return last.number;
    const number = engine.call('addKeySet', keysFor(keys, this.#batch));
    this.#keySets.push({ engine, states, number });
    return number;
  }
}

export const partOf = (batch: Pick<StoredBatch, 'id'>, file: PlannedFile): string => {
  if (file.output === null) throw new Error('a verified file has no part');
  return partPath(batch.id, file.index, file.output);
};

const inputOf = ({ index, input, size, identity }: PlannedFile): FileJob => ({
  ...{ index, input, size },
  planned: identity ?? null,
});

/** Removes partial files that will not be finished. @throws Failure */
export const removeParts = async (
  folders: BatchFolders,
  batch: Pick<StoredBatch, 'id' | 'kind'>,
  files: readonly PlannedFile[],
): Promise<void> => {
  if (batch.kind === 'verify') return;
  await folders.during(async (open) => {
    await Promise.all(files.map((file) => removePart(open, partOf(batch, file))));
  });
};

/**
 * If the disk refuses this too, the partial files stay until the batch is resumed or tried again.
 */
export const tidyParts: typeof removeParts = async (folders, batch, files) => {
  try {
    await removeParts(folders, batch, files);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
};

/** A folder that is missing or was replaced contains no partial file. */
const unreachable: ReadonlySet<FailureCode> = new Set(['not-found', 'symlink', 'folder-changed']);

const removePart = async (open: OpenFolders, part: string): Promise<void> => {
  try {
    await withFileFailures(open.at(part).then(removeFile), 'output');
  } catch (error) {
    if (!(error instanceof Failure) || !unreachable.has(error.code)) throw error;
  }
};

/** Not with rm(), which reports a file that it may not remove as a folder. */
const removeFile = async (file: string): Promise<void> => {
  try {
    await unlink(file);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
};

/** An engine that has ended holds nothing. */
const removeKeySet = async ({ engine, number }: KeySet): Promise<void> => {
  await number.then((keySet) => engine.call('removeKeySet', { keySet })).catch(() => undefined);
};

const failedBy = (index: number, failure: Failure): FileResult => ({
  outcome: 'failed',
  index,
  failure: toFailureData(failure),
});
