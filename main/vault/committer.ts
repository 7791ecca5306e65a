import pLimit from 'p-limit';
import { isCommitAction } from '../../shared/actions.ts';
import { changeUnfinished } from '../../shared/messages/failures/vault.ts';
import { changeNotWritten } from '../../shared/messages/failures/disk.ts';
import type { Keystore } from '../keystore/index.ts';
import type { Ledger, NewRecord } from '../ledger/index.ts';
import type { Store } from '../store/index.ts';
import { reasonOf, sha256, storageFailure } from '../system/index.ts';
import type { CheckpointKeeper } from './checkpoint-keeper.ts';
import type { CommitOptions } from './vault-context.ts';

interface Parts {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly keystore: Keystore;
  readonly keeper: CheckpointKeeper;
}

/** Changes the keystore and the ledger together, one commit after the other. */
export class Committer {
  readonly #parts: Parts;
  readonly #next = pLimit(1);

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  commit<T>(
    work: (draft: Keystore) => T,
    record: (result: T) => NewRecord,
    options: CommitOptions,
  ): Promise<T> {
    return this.#next(() => this.#commitNow(work, record, options));
  }

  /** Waits for every commit that is under way; never throws. */
  async settled(): Promise<void> {
    await this.#next(() => undefined);
  }

  /** The order of docs/ledger.md, "Commit". */
  async #commitNow<T>(
    work: (draft: Keystore) => T,
    record: (result: T) => NewRecord,
    { purge = false }: CommitOptions,
  ): Promise<T> {
    const { ledger, keystore, keeper } = this.#parts;
    ledger.assertSound();
    const draft = keystore.draft();
    let isDraft = true;
    try {
      const result = work(draft);
      const image = draft.image();
      const named = nameKeystore(record(result), image);
      await this.#stage(image);
      const outcome = await ledger.commit(named, { image, purge });
      keystore.adopt(draft);
      isDraft = false;
      if (outcome.kind === 'unfinished')
        throw ledger.condemn(changeUnfinished(reasonOf(outcome.error)));
      await keeper.makeIfPossible('when-due');
      return result;
    } finally {
      if (isDraft) draft.close();
    }
  }

  async #stage(image: Buffer): Promise<void> {
    try {
      await this.#parts.store.stage(image);
    } catch (error) {
      throw storageFailure(error, changeNotWritten);
    }
  }
}

const nameKeystore = (record: NewRecord, image: Buffer): NewRecord => {
  if (!isCommitAction(record.action)) throw new Error(`${record.action} changes no keystore`);
  return { ...record, details: { ...record.details, keystore: sha256(image) } };
};
