import path from 'node:path';
import {
  type BatchProgress,
  isReplacing,
  type PlannedFile,
  type Receipt,
  type StoredBatch,
} from '../../shared/batch.ts';
import { Failure, type FailureData, toFailureData } from '../../shared/failure.ts';
import { limits } from '../../shared/limits.ts';
import { batchCancelled } from '../../shared/messages/failures/batch.ts';
import type { FileDone, FileResult, OpenFolders } from '../engine/index.ts';
import type { NewRecord } from '../ledger/index.ts';
import type { VaultSession } from '../session/index.ts';
import { fileFailure } from '../system/index.ts';
import { takeClaims, tidyClaims } from './claims.ts';
import { BatchCalls, partOf, tidyParts } from './engine-calls.ts';
import { type BatchFolders, syncFoldersOf } from './folders.ts';
import { GROUPS_AT_ONCE, makeGroups } from './groups.ts';
import { deleteOriginals } from './originals.ts';
import { ProgressMeter } from './progress.ts';
import type { Publisher } from './publish.ts';
import { cancelledReceipt, failedReceipt } from './receipts.ts';
import { doneRecord, notDoneRecord, renamedRecord, unpublishedRecord } from './records.ts';
import { requireSource } from './same-source.ts';
import { withSealedName } from './sealed-name.ts';
import type { Trash } from './trash.ts';

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BatchProgress) => void;
  readonly onReceipt: (receipt: Receipt) => void;
  /** For originals that are to go there. */
  readonly trash: Trash;
}

export interface RunResult {
  readonly receipts: readonly Receipt[];
  /** Why the batch stopped early, so that it can be resumed; null if it did not. */
  readonly interrupted: Failure | null;
}

interface Pair {
  /** With the name for its output. */
  readonly file: PlannedFile;
  /** The name comes from the file and was not shown in the plan, so it replaces nothing. */
  readonly sealed: boolean;
  readonly result: FileResult;
}

interface Published {
  /** With the output's final name. */
  readonly file: PlannedFile;
  readonly done: FileDone;
}

interface Ended {
  readonly index: number;
  readonly receipt: Receipt;
}

/** A batch with what its steps share. */
export interface Prepared {
  readonly session: VaultSession;
  readonly batch: StoredBatch;
  readonly folders: BatchFolders;
  readonly publisher: Publisher;
}

/** One pass over the files of a batch. Nothing is reported as done before it is on disk and recorded. */
export class BatchRun {
  readonly #session: VaultSession;
  readonly #batch: StoredBatch;
  readonly #options: RunOptions;
  readonly #folders: BatchFolders;
  readonly #publisher: Publisher;
  readonly #calls: BatchCalls;
  readonly #meter: ProgressMeter;
  readonly #receipts = new Map<number, Receipt>();
  readonly #recorded = new Set<number>();
  #stopped: Failure | null = null;

  constructor({ session, batch, folders, publisher }: Prepared, options: RunOptions) {
    this.#session = session;
    this.#batch = batch;
    this.#options = options;
    this.#folders = folders;
    this.#publisher = publisher;
    this.#calls = new BatchCalls(session, batch, folders);
    this.#meter = new ProgressMeter(batch.files, options.onProgress);
  }

  async run(): Promise<RunResult> {
    const empty = await this.#makeEmptyFolders();
    const groups = makeGroups(this.#batch.files);
    const lane = async (): Promise<void> => {
      for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
        if (this.#stopped !== null || this.#options.signal.aborted) return;
        await this.#guarded(group);
      }
    };
    try {
      await Promise.all(Array.from({ length: GROUPS_AT_ONCE }, lane));
    } finally {
      await this.#calls.close();
    }
    this.#reportRest();
    this.#meter.finish();
    const receipts = [...this.#receipts].sort(([a], [b]) => a - b).map(([, receipt]) => receipt);
    return { receipts: [...receipts, ...empty], interrupted: this.#stopped };
  }

  /** @returns receipts of those that cannot be made */
  async #makeEmptyFolders(): Promise<Receipt[]> {
    const failures: Receipt[] = [];
    for (const { input, output } of this.#batch.emptyFolders) {
      try {
        await this.#folders.make(output);
      } catch (error) {
        const receipt = failedReceipt({ input, size: 0 }, reasonOf(error));
        failures.push(receipt);
        this.#options.onReceipt(receipt);
      }
    }
    return failures;
  }

  /**
   * A failure of the token or of the ledger ends the batch. Partial files that are not recorded are
   * removed. Recorded ones stay, because resuming gives them their names, and so do those that may
   * have been recorded when the ledger failed.
   */
  async #guarded(group: readonly PlannedFile[]): Promise<void> {
    try {
      await this.#group(group);
      await tidyClaims(this.#folders, this.#batch, group);
    } catch (error) {
      const isOpen = error instanceof Failure && error.code === 'record-failed';
      const unrecorded = group.filter(({ index }) => !this.#recorded.has(index));
      if (!isOpen) await tidyParts(this.#folders, this.#batch, unrecorded);
      await tidyClaims(this.#folders, this.#batch, group);
      if (!(error instanceof Failure)) throw error;
      this.#stopped ??= error;
    }
  }

  async #group(group: readonly PlannedFile[]): Promise<void> {
    const files = await this.#withClaims(group, await this.#withFolders(group));
    if (files.length === 0) return;
    await this.#takeSeals(files.length);
    const progress = this.#meter.forGroup(files);
    const { signal } = this.#options;
    try {
      const results = await this.#calls.process(files, { signal, onProgress: progress.add });
      await this.#settle(group, results);
      progress.complete();
    } finally {
      progress.end();
    }
  }

  /** Creates the output folders. Files whose folder cannot be created fail at once. */
  async #withFolders(group: readonly PlannedFile[]): Promise<readonly PlannedFile[]> {
    const ready: PlannedFile[] = [];
    const failed: FileResult[] = [];
    for (const file of group) {
      try {
        if (file.output !== null) await this.#folders.make(path.dirname(file.output));
        ready.push(file);
      } catch (error) {
        failed.push({ outcome: 'failed', index: file.index, failure: reasonOf(error) });
      }
    }
    if (failed.length > 0) await this.#settle(group, failed);
    return ready;
  }

  /** Files that another run is replacing fail at once. */
  async #withClaims(
    group: readonly PlannedFile[],
    files: readonly PlannedFile[],
  ): Promise<readonly PlannedFile[]> {
    const { ready, refused } = await takeClaims(this.#folders, this.#batch, files);
    if (refused.length > 0)
      await this.#settle(
        group,
        refused.map(({ file, failure }) => ({ outcome: 'failed', index: file.index, failure })),
      );
    return ready;
  }

  /** Slots of host keys are sealed with random nonces, which are counted. */
  async #takeSeals(count: number): Promise<void> {
    const { attemptsPerFile } = limits;
    const all = this.#batch.files.length * attemptsPerFile;
    for (const { id, version } of this.#batch.keys) {
      if (this.#session.vault.tables.keys.get(id).bulk === 'host') {
        await this.#session.seals.take(`${id}/${version}`, count * attemptsPerFile, all);
      }
    }
  }

  /** Records first, then gives names: an output without a record never appears. */
  async #settle(group: readonly PlannedFile[], results: readonly FileResult[]): Promise<void> {
    const files = new Map(group.map((file) => [file.index, file]));
    const of = (index: number): PlannedFile => {
      const file = files.get(index);
      if (file === undefined) throw new Error(`the engine answered for another file: ${index}`);
      return file;
    };
    const pairs = results.map((result): Pair => {
      const planned = of(result.index);
      const named = withSealedName(this.#batch, planned, result);
      return { file: named ?? planned, sealed: named !== null, result };
    });
    await this.#session.vault.record(
      pairs.map(({ file, result }) =>
        result.outcome === 'done'
          ? doneRecord({ ...file, batch: this.#batch }, result)
          : notDoneRecord({ ...file, batch: this.#batch }, result.failure),
      ),
    );
    for (const { file } of pairs) this.#recorded.add(file.index);
    for (const { index, receipt } of await this.#publish(pairs)) this.#report(index, receipt);
  }

  async #publish(pairs: readonly Pair[]): Promise<Ended[]> {
    const late: NewRecord[] = [];
    const ended: Ended[] = [];
    const published: Published[] = [];
    const refused: PlannedFile[] = [];
    const outcomes = await this.#folders.during(async (open) => {
      const all = await Promise.all(
        pairs.map(async (pair) => ({
          ...pair,
          output: pair.result.outcome === 'done' ? await this.#publishOne(open, pair, late) : null,
        })),
      );
      const outputs = all.map(({ output }) => output).filter((each) => typeof each === 'string');
      await syncFoldersOf(open, outputs);
      return all;
    });
    for (const { file, result, output } of outcomes) {
      if (result.outcome === 'failed') ended.push(failed(file, result.failure));
      else if (output instanceof Failure) {
        refused.push(file);
        ended.push(failed(file, toFailureData(output)));
      } else published.push({ file: { ...file, output }, done: result });
    }
    if (late.length > 0) await this.#session.vault.record(late);
    // Only after it is recorded: otherwise resuming would take the file to be replaced for the
    // output.
    await tidyParts(this.#folders, this.#batch, refused);
    const originals = this.#batch.deleteOriginals ? await this.#deleteOriginals(published) : null;
    for (const each of published) ended.push(this.#done(each, originals?.get(each.file.index)));
    return ended;
  }

  /** @returns the output with its name, or why there is none */
  async #publishOne(
    open: OpenFolders,
    { file, sealed, result }: Pair,
    late: NewRecord[],
  ): Promise<string | null | Failure> {
    if (file.output === null) return null;
    const described = { ...file, batch: this.#batch };
    try {
      const folder = path.dirname(file.output);
      const part = path.basename(partOf(this.#batch, file));
      const wanted = path.basename(file.output);
      if (isReplacing(this.#batch.kind) && result.outcome === 'done')
        await requireSource(await open.of(folder), wanted, result.source);
      const name = await this.#publisher.publish(
        await open.of(folder),
        part,
        wanted,
        sealed ? 'keep-both' : this.#batch.conflict,
      );
      const output = path.join(folder, name);
      if (output !== file.output) late.push(renamedRecord(described, output));
      return output;
    } catch (error) {
      const failure = fileFailure(error, 'output');
      if (!(failure instanceof Failure)) throw error;
      const before = result.outcome === 'done' ? (result.slots?.before ?? null) : null;
      late.push(unpublishedRecord(described, failure, before));
      return failure;
    }
  }

  /** If the token is lost while reading back, the files are encrypted and their originals stay. */
  async #deleteOriginals(
    published: readonly Published[],
  ): Promise<ReadonlyMap<number, Failure | null>> {
    const call = { signal: this.#options.signal, onProgress: () => undefined };
    try {
      return await deleteOriginals({
        batch: this.#batch,
        vault: this.#session.vault,
        folders: this.#folders,
        trash: this.#options.trash,
        originals: published.map(({ file, done: { encryptedBytes, source } }) => ({
          file,
          encryptedBytes,
          source,
        })),
        readBack: (jobs) => this.#calls.readBack(jobs, call),
      });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#stopped ??= error;
      return new Map(published.map(({ file }) => [file.index, error]));
    }
  }

  /**
   * @param kept why the original was kept; null if it was deleted; undefined if that was not wanted
   */
  #done({ file, done }: Published, kept: Failure | null | undefined): Ended {
    const [key] = done.keys;
    const proved = done.keys.map(({ id, version }) => ({ key: id, version }));
    const receipt: Receipt = {
      input: file.input,
      output: file.output,
      outcome: 'done',
      bytes: done.bytes,
      digest: done.digest,
      key: key?.id ?? null,
      version: key?.version ?? null,
      ...(this.#batch.kind === 'verify' ? { proved } : {}),
      ...(kept === undefined ? {} : { originalDeleted: kept === null }),
      ...(kept instanceof Failure ? { reason: toFailureData(kept) } : {}),
    };
    return { index: file.index, receipt };
  }

  #report(index: number, receipt: Receipt): void {
    this.#receipts.set(index, receipt);
    this.#options.onReceipt(receipt);
  }

  /**
   * Files that were not processed count as cancelled, by the user or because the batch had to stop.
   */
  #reportRest(): void {
    const reason = this.#stopped ?? batchCancelled();
    for (const file of this.#batch.files) {
      if (this.#receipts.has(file.index)) continue;
      this.#report(file.index, cancelledReceipt(file, toFailureData(reason)));
    }
  }
}

const reasonOf = (error: unknown): FailureData => {
  const failure = fileFailure(error, 'output');
  if (failure instanceof Failure) return toFailureData(failure);
  throw error;
};

const failed = (file: PlannedFile, reason: FailureData): Ended => ({
  index: file.index,
  receipt: failedReceipt(file, reason),
});
