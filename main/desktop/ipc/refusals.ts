import type { FailureCode } from '../../../shared/failure.ts';
import type { NewRecord } from '../../ledger/index.ts';

const PER_MINUTE = 20;
const MINUTE_MS = 60_000;

/**
 * Records refused calls. If there are many, they are only counted, so that they cannot fill the
 * ledger.
 */
export class Refusals {
  readonly #record: (record: NewRecord) => Promise<void>;
  readonly #now: () => number;
  #since = Number.NEGATIVE_INFINITY;
  #recorded = 0;
  #unrecorded = 0;

  constructor(
    record: (record: NewRecord) => Promise<void>,
    now: () => number = () => performance.now(),
  ) {
    this.#record = record;
    this.#now = now;
  }

  async add(call: string, code: FailureCode): Promise<void> {
    if (this.#now() - this.#since >= MINUTE_MS) await this.#startMinute();
    if (this.#recorded >= PER_MINUTE) {
      this.#unrecorded++;
      return;
    }
    this.#recorded++;
    await this.#record(refused({ call }, code));
  }

  async #startMinute(): Promise<void> {
    const more = this.#unrecorded;
    this.#since = this.#now();
    this.#recorded = 0;
    this.#unrecorded = 0;
    if (more > 0) await this.#record(refused({ more }, 'invalid-request'));
  }
}

const refused = (details: NewRecord['details'], code: FailureCode): NewRecord => ({
  action: 'window.refused',
  subject: {},
  outcome: 'refused',
  code,
  details,
});
