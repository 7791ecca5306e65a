import type { Receipt } from '../../../shared/batch.ts';
import type { BatchId } from '../../../shared/ids.ts';
import { limits } from '../../../shared/limits.ts';
import type { Events } from '../common/index.ts';
import { rowOf } from './running-batch.ts';

const PAUSE_MS = 1_000 / limits.progressPerSecond;

/** Sends receipts to the window in groups, because a batch makes thousands per second. */
export class ReceiptFeed {
  readonly #batch: BatchId;
  readonly #events: Events;
  #waiting: Receipt[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(batch: BatchId, events: Events) {
    this.#batch = batch;
    this.#events = events;
  }

  add(receipt: Receipt): void {
    this.#waiting.push(receipt);
    this.#timer ??= setTimeout(() => this.flush(), PAUSE_MS);
  }

  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    // The window shows the newest; `batch.receipts` gives all of them.
    const receipts = this.#waiting.slice(-limits.listLength).map(rowOf);
    this.#waiting = [];
    if (receipts.length > 0) this.#events.push('batch.receipts', { id: this.#batch, receipts });
  }
}
