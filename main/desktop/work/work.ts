import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import {
  type BatchPlan,
  isReplacing,
  type Receipt,
  type StoredBatch,
} from '../../../shared/batch.ts';
import type { Input, Output } from '../../../shared/contract.ts';
import type { Batch } from '../../../shared/contract/work.ts';
import { Failure } from '../../../shared/failure.ts';
import { limits } from '../../../shared/limits.ts';
import { receiptsNotWritten } from '../../../shared/messages/failures/disk.ts';
import { vaultIsLocked } from '../../../shared/messages/failures/session.ts';
import {
  batchBroke,
  batchOfOtherSession,
  batchRunning,
  nothingToRetry,
  planNotValid,
} from '../../../shared/messages/failures/desktop.ts';
import { driverHangs } from '../../../shared/messages/failures/engine.ts';
import {
  abandonBatch,
  type BatchResult,
  findBatch,
  newestRules,
  refreshPlan,
  refusalRecorded,
  planAgain,
  resumeBatch,
  retriedKeys,
  type RunOptions,
  runStored,
  storeBatch,
  type Trash,
  unfinishedBatches,
} from '../../batch/index.ts';
import { inTime, type VaultSession } from '../../session/index.ts';
import { refuseInVault } from '../../store/index.ts';
import { orFailure } from '../../system/index.ts';
import { CANCEL_MS, type Desk, type LockedWork, type OpenVault } from '../vault/index.ts';
import { type Dialogs, type Events, Handles } from '../common/index.ts';
import { Draft } from './draft.ts';
import { receiptsAsCsv, receiptsAsJson } from './export.ts';
import { knownVersions } from './known-versions.ts';
import { type KeptPlan, makePlan, outputGone, type PlanChoice, slotChoice } from './plan.ts';
import { ReceiptFeed } from './receipt-feed.ts';
import { RunningBatch } from './running-batch.ts';

export interface WorkParts {
  readonly desk: Desk;
  readonly events: Events;
  readonly dialogs: Dialogs;
  readonly trash: Trash;
  /** The output folder of the settings, under this id. */
  readonly outputFolder: () => { readonly id: string; readonly path: string } | null;
  /** A bug in a batch: it has no caller who would see it. */
  readonly report: (error: unknown) => void;
}

type Runner = (options: RunOptions) => Promise<BatchResult>;

/** Encrypting, decrypting and verifying: draft → plan → batch. One batch runs at a time. */
export class Work {
  readonly draft = new Draft();
  readonly #parts: WorkParts;
  readonly #outputs = new Handles<string>('folders');
  #plan: KeptPlan | null = null;
  /** Counts the plans that were asked for: only the newest is kept, and none over a lock. */
  #asked = 0;
  /** A batch is being stored or settled, which nothing may overtake. */
  #isBusy = false;
  #batch: RunningBatch | null = null;
  /** Its vault: results stay after a lock, and are dropped when the vault is closed. */
  #batchOf: OpenVault | null = null;
  #ended: Promise<void> = Promise.resolve();

  constructor(parts: WorkParts) {
    this.#parts = parts;
  }

  get isRunning(): boolean {
    return this.#batch !== null && !this.#batch.hasEnded;
  }

  /** When the batch that runs, or ran last, has ended. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  current(): Batch | null {
    return this.#isShown ? (this.#batch?.view() ?? null) : null;
  }

  /** Nobody looks at its results any more. */
  dismiss(id: string): void {
    if (this.#of(id).hasEnded) this.#batch = null;
  }

  giveOutput(folder: string): { id: string; path: string } {
    return { id: this.#outputs.give(folder), path: folder };
  }

  async plan({ output, ...choice }: Input<'batch.plan'>): Promise<KeptPlan> {
    const { vault, folder } = this.#parts.desk.unlocked;
    const outputDir = isReplacing(choice.kind) ? null : this.#outputDir(output);
    const wanted: PlanChoice = { ...choice, outputDir };
    const id = randomBytes(16).toString('hex');
    const where = { vault, vaultDir: folder, trash: this.#parts.trash };
    const asked = ++this.#asked;
    const plan = await makePlan(id, wanted, this.draft, where, this.#plan);
    if (asked === this.#asked) this.#plan = plan;
    return plan;
  }

  /** @throws Failure 'invalid-request' where a newer plan has made this one void */
  planOf(id: string): KeptPlan {
    if (this.#plan?.id === id) return this.#plan;
    throw planNotValid();
  }

  async start(id: string): Promise<Batch> {
    const { choice, plan, refusal } = this.planOf(id);
    const { vault } = this.#parts.desk.unlocked;
    await refusalRecorded(vault, choice.kind, () => {
      if (refusal !== null) throw refusal;
    });
    const gone = await outputGone(choice.outputDir);
    if (gone !== null) throw gone;
    const batch = await this.#store(choice, plan, slotChoice(choice));
    this.#plan = null;
    this.#parts.events.push('draft', this.draft.clear());
    return batch;
  }

  /** Again what failed or was not reached. Files that have vanished fail again, with the reason. */
  async retry(id: string): Promise<Batch> {
    const { folder } = this.#parts.desk.unlocked;
    const { stored, receipts } = this.#endedBatch(id);
    const open = new Set(receipts.filter(notDone).map(({ input }) => input));
    const known = await refreshPlan({
      files: stored.files.filter(({ input }) => open.has(input)),
      folders: stored.folders,
    });
    const { vault } = this.#parts.desk.unlocked;
    const allKeys = vault.tables.keys;
    const slotRules = newestRules(allKeys, stored, vault.now);
    const again = await planAgain({ ...stored, slotRules, vaultDir: folder }, stored.refused);
    const files = [...known.files, ...again.files].map((file, index) => ({ ...file, index }));
    if (files.length + again.skipped.length === 0) throw nothingToRetry();
    const folders = [...known.folders, ...again.folders];
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    const originals = stored.deleteOriginals ? stored.removal : 'keep';
    const keys = stored.keys.map((key) => key.id);
    const targets = retriedKeys(allKeys, stored, again);
    return this.#store(
      { ...stored, originals, keys },
      { ...again, files, folders, bytes, targets },
      stored,
    );
  }

  resume(id: string): Batch {
    const open = this.#parts.desk.unlocked;
    this.#refuseSecond();
    const stored = findBatch(unfinishedBatches(open.vault), id);
    return this.#run(open, stored, (options) => resumeBatch(open.session, stored, options));
  }

  async abandon(id: string): Promise<Output<'batch.abandon'>> {
    const { vault, session } = this.#parts.desk.unlocked;
    const settled = await this.#alone(() =>
      abandonBatch(session, findBatch(unfinishedBatches(vault), id)),
    );
    return { settled: settled.length };
  }

  unfinished(): Output<'batch.unfinished'> {
    const { tables } = this.#parts.desk.unlocked.vault;
    const created = new Map(tables.batches.list().map((each) => [each.id, each.created]));
    const running = this.isRunning ? this.#batch?.stored.id : undefined;
    return unfinishedBatches(this.#parts.desk.unlocked.vault)
      .filter(({ id }) => id !== running)
      .slice(0, limits.listLength)
      .map(({ id, kind, files }) => ({
        id,
        kind,
        created: created.get(id) ?? new Date(0).toISOString(),
        files: files.length,
      }));
  }

  cancel(id: string): void {
    const batch = this.#of(id);
    if (batch.hasEnded) return;
    batch.cancelling.abort();
    this.#parts.events.push('batch.progress', batch.view());
    const { session } = this.#parts.desk.unlocked;
    this.#endIfHung(session).catch((error: unknown) => {
      if (!(error instanceof Failure)) this.#parts.report(error);
    });
  }

  receipts({ id, ...page }: Input<'batch.receipts'>): Output<'batch.receipts'> {
    return this.#of(id).rows(page);
  }

  async known(id: string): Promise<Output<'batch.known'>> {
    const { vault } = this.#parts.desk.unlocked;
    const { usesBefore, hasEnded } = this.#of(id);
    if (usesBefore === null || !hasEnded) return null;
    return knownVersions(vault.tables.keys, usesBefore, await (await vault.audit()).uses());
  }

  async export({ id, format }: Input<'batch.export'>): Promise<Output<'batch.export'>> {
    const { stored, receipts } = this.#of(id);
    const file = await this.#parts.dialogs.pickSave(`receipts-${id.slice(0, 8)}.${format}`);
    if (file === null) return null;
    await refuseInVault(this.#parts.desk.open?.folder ?? null, file);
    const content = format === 'csv' ? receiptsAsCsv(receipts) : receiptsAsJson(stored, receipts);
    await orFailure(receiptsNotWritten, writeFile(file, content));
    return { path: file };
  }

  reveal(id: string): void {
    const { receipts } = this.#of(id);
    const first = receipts.find(({ outcome, output }) => outcome === 'done' && output !== null);
    const shown = first?.output ?? receipts[0]?.input;
    if (shown !== undefined) this.#parts.dialogs.reveal(shown);
  }

  /** All plans become invalid; a running batch continues or is cancelled. */
  lock(goOn: boolean): LockedWork {
    this.draft.clear();
    this.#outputs.clear();
    this.#plan = null;
    this.#asked++;
    const goesOn = goOn && this.isRunning;
    if (!goesOn && this.isRunning) this.#batch?.cancelling.abort();
    return { goesOn, ended: this.#ended };
  }

  #outputDir(id: string | null): string | null {
    if (id === null) return null;
    const usual = this.#parts.outputFolder();
    return usual?.id === id ? usual.path : this.#outputs.get(id);
  }

  async #store(
    choice: Omit<PlanChoice, 'slots'>,
    plan: BatchPlan,
    { slots }: Pick<StoredBatch, 'slots'>,
  ): Promise<Batch> {
    const open = this.#parts.desk.unlocked;
    const stored = await this.#alone(() => storeBatch(open.session, { ...choice, plan, slots }));
    // Locked meanwhile: the batch waits to be resumed.
    if (this.#parts.desk.unlocked !== open) throw vaultIsLocked();
    return this.#run(open, stored, (options) =>
      runStored(open.session, stored, plan.skipped, options),
    );
  }

  #run(open: OpenVault, stored: StoredBatch, run: Runner): Batch {
    const batch = new RunningBatch(stored, open.vault.tables.keys);
    const { events } = this.#parts;
    const feed = new ReceiptFeed(stored.id, events);
    this.#batch = batch;
    this.#batchOf = open;
    const options: RunOptions = {
      signal: batch.cancelling.signal,
      trash: this.#parts.trash,
      onProgress: (progress) => {
        batch.progress(progress);
        events.push('batch.progress', batch.view());
      },
      onReceipt: (receipt) => {
        batch.add(receipt);
        feed.add(receipt);
      },
    };
    const all = isReplacing(stored.kind)
      ? rememberUses(open, batch).then(() => run(options))
      : run(options);
    this.#ended = this.#toTheEnd(batch, all, feed);
    return batch.view();
  }

  async #toTheEnd(
    batch: RunningBatch,
    run: Promise<BatchResult>,
    feed: ReceiptFeed,
  ): Promise<void> {
    try {
      const { interrupted } = await run;
      batch.end(interrupted);
    } catch (error) {
      if (!(error instanceof Failure)) this.#parts.report(error);
      batch.end(error instanceof Failure ? error : batchBroke());
    }
    feed.flush();
    this.#parts.events.push('batch.finished', batch.view());
  }

  /** The batch ends with its engine; the desk gets the result of the recovery. */
  async #endIfHung(session: VaultSession): Promise<void> {
    const { engine } = session;
    const hasEnded = await inTime(this.#ended, CANCEL_MS);
    if (!hasEnded) await session.recover(driverHangs(), engine);
  }

  get #isShown(): boolean {
    return this.#batchOf !== null && this.#batchOf === this.#parts.desk.open;
  }

  #of(id: string): RunningBatch {
    if (this.#isShown && this.#batch?.stored.id === id) return this.#batch;
    throw batchOfOtherSession();
  }

  #endedBatch(id: string): RunningBatch {
    const batch = this.#of(id);
    if (!batch.hasEnded) this.#refuseSecond();
    return batch;
  }

  /** Does something that no batch may run beside; a lock waits for its end as for that of a batch. */
  withoutBatch<T>(work: () => Promise<T>): Promise<T> {
    return this.#alone(() => {
      const done = work();
      this.#ended = Promise.allSettled([done]).then(() => undefined);
      return done;
    });
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    this.#refuseSecond();
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#isBusy = false;
    }
  }

  #refuseSecond(): void {
    if (!this.isRunning && !this.#isBusy) return;
    throw batchRunning();
  }
}

const notDone = ({ outcome }: Receipt): boolean => outcome === 'failed' || outcome === 'cancelled';

/** A batch does not need it. */
const rememberUses = async ({ vault }: OpenVault, batch: RunningBatch): Promise<void> => {
  try {
    batch.usesBefore = await (await vault.audit()).uses();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
};
