import * as v from 'valibot';
import { type Checkpoint, type LedgerHead, parseCheckpointText } from '../pki/index.ts';
import { replaceFile, type Storage, vaultFiles } from '../store/index.ts';

const LF = 0x0a;
const entrySchema = v.pipe(v.string(), v.parseJson(), v.strictObject({ note: v.string() }));

/** A note in the folder and what it claims; whether our key signed it is for the reader to check. */
export interface KeptCheckpoint extends LedgerHead {
  readonly epoch: number;
  readonly note: string;
}

/** The checkpoints in a vault's folder: the newest in a file of its own, all in another. */
export class CheckpointBook {
  readonly #storage: Storage;
  readonly #all: KeptCheckpoint[];
  readonly #newestNotes: readonly string[];
  /** Length of the history's sound part; what lies behind it is cut off before anything is added. */
  #sound: number;
  #length: number | null;

  private constructor(storage: Storage, history: Buffer | null, newestNotes: readonly string[]) {
    this.#storage = storage;
    this.#newestNotes = newestNotes;
    const { entries, sound } = readHistory(history ?? Buffer.alloc(0));
    this.#all = entries;
    this.#sound = sound;
    this.#length = history?.length ?? null;
  }

  /** Reads what is there, which may be nothing, and changes nothing. */
  static async open(storage: Storage): Promise<CheckpointBook> {
    const files = [vaultFiles.checkpoint, vaultFiles.checkpointNext];
    const notes = await Promise.all(files.map((name) => storage.read(name)));
    const texts = notes.filter((note) => note !== null).map((note) => note.toString('utf8'));
    return new CheckpointBook(storage, await storage.read(vaultFiles.checkpoints), texts);
  }

  /** Every checkpoint that was made, oldest first. */
  get all(): readonly KeptCheckpoint[] {
    return this.#all;
  }

  /**
   * The notes that could be the newest checkpoint. A crash leaves the history one ahead of the
   * file, and an unfinished file beside it, whose damage means nothing.
   */
  get candidates(): readonly string[] {
    const [file, next] = this.#newestNotes;
    const whole = next !== undefined && next.endsWith('\n') && claimOf(next) !== null;
    const history = this.#all.at(-1)?.note;
    return [...new Set([file, history, whole ? next : undefined])].filter(
      (note) => note !== undefined,
    );
  }

  /** Keeps one more checkpoint; resolves once it is on the disk under its name. */
  async add(checkpoint: Checkpoint): Promise<void> {
    const { epoch, size, root, note } = checkpoint;
    await this.#append(Buffer.from(`${JSON.stringify({ note })}\n`));
    this.#all.push({ epoch, size, root, note });
    await replaceFile(this.#storage, vaultFiles.checkpoint, Buffer.from(note));
  }

  async #append(line: Buffer): Promise<void> {
    const name = vaultFiles.checkpoints;
    if (this.#length === null) {
      await this.#storage.writeSynced(name, Buffer.alloc(0));
      await this.#storage.syncFolder();
    } else if (this.#length > this.#sound) await this.#storage.truncateSynced(name, this.#sound);
    this.#length = Number.POSITIVE_INFINITY; // until the write is known to have succeeded
    await this.#storage.append(name, this.#sound, line);
    this.#sound += line.length;
    this.#length = this.#sound;
  }
}

const claimOf = (note: string): Omit<KeptCheckpoint, 'note'> | null => {
  const claim = parseCheckpointText(note.slice(0, note.lastIndexOf('\n\n') + 1));
  return claim === null ? null : { epoch: claim.epoch, size: claim.size, root: claim.root };
};

/** A crash leaves an unfinished last line; a line that is no checkpoint is for the verifier to tell. */
const readHistory = (bytes: Buffer): { entries: KeptCheckpoint[]; sound: number } => {
  const entries: KeptCheckpoint[] = [];
  let start = 0;
  for (let end = bytes.indexOf(LF); end !== -1; end = bytes.indexOf(LF, start)) {
    const entry = v.safeParse(entrySchema, bytes.subarray(start, end).toString('utf8'));
    const claim = entry.success ? claimOf(entry.output.note) : null;
    if (entry.success && claim !== null) entries.push({ ...claim, note: entry.output.note });
    start = end + 1;
  }
  return { entries, sound: start };
};
