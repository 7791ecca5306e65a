import path from 'node:path';
import * as v from 'valibot';
import type { BatchProgress, FileOutcome, Receipt, StoredBatch } from '../../../shared/batch.ts';
import type { Input, Output } from '../../../shared/contract.ts';
import type { Batch, ReceiptRow } from '../../../shared/contract/work.ts';
import { type Failure, toFailureData } from '../../../shared/failure.ts';
import { keyIdSchema } from '../../../shared/ids.ts';
import type { KeyUse } from '../../audit/index.ts';
import type { KeyReader } from '../../keystore/index.ts';
import { pageOf, placeOf } from './plan.ts';
import { Rate } from './rate.ts';

/** A batch of this session, with its progress and the results of its files. */
export class RunningBatch {
  readonly stored: StoredBatch;
  readonly cancelling = new AbortController();
  /** How the keys were used before it; null where that is not known. */
  usesBefore: readonly KeyUse[] | null = null;
  readonly #keys: Batch['keys'];
  readonly #receipts: Receipt[] = [];
  readonly #counts = { done: 0, failed: 0, skipped: 0, cancelled: 0 };
  readonly #originals = { deleted: 0, kept: 0 };
  readonly #rate = new Rate();
  readonly #started = new Date().toISOString();
  readonly #bytes: number;
  readonly #outputFolder: string | null;
  #progress: Omit<BatchProgress, 'files' | 'bytes'> = { filesDone: 0, bytesDone: 0, active: [] };
  #ended: string | null = null;
  #interrupted: Failure | null = null;

  constructor(stored: StoredBatch, keys: KeyReader) {
    this.stored = stored;
    this.#bytes = stored.files.reduce((sum, { size }) => sum + size, 0);
    this.#outputFolder = outputFolderOf(stored);
    this.#keys = stored.keys.map(({ id, version }) => ({
      id,
      version,
      name: keys.names().get(id) ?? id,
    }));
  }

  get hasEnded(): boolean {
    return this.#ended !== null;
  }

  get receipts(): readonly Receipt[] {
    return this.#receipts;
  }

  progress(progress: BatchProgress): void {
    this.#progress = progress;
    this.#rate.add(performance.now(), progress.bytesDone);
  }

  add(receipt: Receipt): void {
    this.#receipts.push(receipt);
    this.#counts[receipt.outcome]++;
    if (receipt.originalDeleted !== undefined)
      this.#originals[receipt.originalDeleted ? 'deleted' : 'kept']++;
  }

  end(interrupted: Failure | null): void {
    this.#ended = new Date().toISOString();
    this.#interrupted = interrupted;
  }

  view(): Batch {
    const { bytesDone, filesDone, active } = this.#progress;
    const rate = this.hasEnded ? this.#wholeRate() : this.#rate.bytesPerSecond;
    return {
      id: this.stored.id,
      kind: this.stored.kind,
      state: this.#state(),
      failure: this.#interrupted === null ? null : toFailureData(this.#interrupted),
      keys: this.#keys,
      files: this.stored.files.length,
      filesDone,
      bytes: this.#bytes,
      bytesDone,
      ...this.#counts,
      originals: this.#originalsView(),
      started: this.#started,
      ended: this.#ended,
      rate,
      secondsLeft: rate === null || rate === 0 ? null : Math.ceil((this.#bytes - bytesDone) / rate),
      active: active.map(({ file, bytesDone: done }) => ({
        ...placeOf(file.input),
        size: file.size,
        bytesDone: done,
      })),
      outputFolder: this.#outputFolder,
    };
  }

  rows({ outcome, text, ...page }: Omit<Input<'batch.receipts'>, 'id'>): Output<'batch.receipts'> {
    const wanted = text.toLowerCase();
    const fitting = inOrder(this.#receipts).filter(
      (receipt) =>
        (outcome === 'all' || (receipt.outcome === 'done') === (outcome === 'done')) &&
        receipt.input.toLowerCase().includes(wanted),
    );
    return { rows: pageOf(fitting, page).map(rowOf), total: fitting.length };
  }

  #originalsView(): Batch['originals'] {
    const { deleteOriginals, removal } = this.stored;
    return deleteOriginals ? { removal, ...this.#originals } : null;
  }

  #wholeRate(): number | null {
    const ms = Date.parse(this.#ended ?? this.#started) - Date.parse(this.#started);
    return ms < 1 ? null : Math.round((this.#progress.bytesDone * 1_000) / ms);
  }

  #state(): Batch['state'] {
    const cancelled = this.cancelling.signal.aborted;
    if (!this.hasEnded) return cancelled ? 'cancelling' : 'running';
    if (this.#interrupted !== null) return 'interrupted';
    return cancelled ? 'cancelled' : 'finished';
  }
}

/** The folder of all outputs, where they have one in common. */
const outputFolderOf = ({ files }: StoredBatch): string | null => {
  const folders = new Set(
    files.map(({ output }) => (output === null ? null : path.dirname(output))),
  );
  const [only] = folders;
  return folders.size === 1 && only !== undefined ? only : null;
};

/** What needs somebody comes first; otherwise as it was done. */
const order = ['failed', 'cancelled', 'skipped', 'done'] as const satisfies FileOutcome[];

const inOrder = (receipts: readonly Receipt[]): Receipt[] =>
  order.flatMap((wanted) => receipts.filter(({ outcome }) => outcome === wanted));

export const rowOf = (receipt: Receipt): ReceiptRow => ({
  ...placeOf(receipt.input),
  output: receipt.output,
  outcome: receipt.outcome,
  reason: receipt.reason === undefined ? null : { ...receipt.reason },
  bytes: receipt.bytes,
  digest: receipt.digest === null ? null : { ...receipt.digest },
  key: receipt.key === null ? null : v.parse(keyIdSchema, receipt.key),
  version: receipt.version,
  originalDeleted: receipt.originalDeleted ?? null,
});
