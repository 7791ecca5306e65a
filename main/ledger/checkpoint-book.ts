import { type Checkpoint, type LedgerHead, parseCheckpointText } from '../pki/index.ts';
import type { FoundNotes, StoreReader } from '../store/index.ts';

/** A note of the vault and what it claims; whether our key signed it is for the reader to check. */
export interface KeptCheckpoint extends LedgerHead {
  readonly epoch: number;
  readonly note: string;
}

/** The checkpoints that lie with a vault. */
export class CheckpointBook {
  readonly #found: FoundNotes;
  readonly #all: KeptCheckpoint[];

  private constructor(found: FoundNotes) {
    this.#found = found;
    this.#all = found.history.map(keptCheckpoint).filter((each) => each !== null);
  }

  /** Reads what is there, which may be nothing. */
  static async open(store: StoreReader): Promise<CheckpointBook> {
    return new CheckpointBook(await store.notes());
  }

  /** Every checkpoint that was made, oldest first. */
  get all(): readonly KeptCheckpoint[] {
    return this.#all;
  }

  /**
   * The notes that could be the newest checkpoint. A crash leaves the history one ahead of the
   * newest, and an unfinished one beside it, whose damage means nothing.
   */
  get candidates(): readonly string[] {
    const { newest, unfinished } = this.#found;
    const isWhole = unfinished?.endsWith('\n') === true && keptCheckpoint(unfinished) !== null;
    const notes = [newest, this.#all.at(-1)?.note ?? null, isWhole ? unfinished : null];
    return [...new Set(notes.filter((note) => note !== null))];
  }

  /** One more has been stored. */
  add({ epoch, size, root, note }: Checkpoint): void {
    this.#all.push({ epoch, size, root, note });
  }
}

const keptCheckpoint = (note: string): KeptCheckpoint | null => {
  const claim = parseCheckpointText(note.slice(0, note.lastIndexOf('\n\n') + 1));
  if (claim === null) return null;
  const { epoch, size, root } = claim;
  return { epoch, size, root, note };
};
