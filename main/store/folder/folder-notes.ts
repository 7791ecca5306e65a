import * as v from 'valibot';
import type { FoundNotes } from '../store.ts';
import { type Files, replaceIn } from './files.ts';
import { vaultFiles } from './names.ts';

const LF = 0x0a;
const entrySchema = v.pipe(v.string(), v.parseJson(), v.strictObject({ note: v.string() }));

/** The signed notes of a vault: the newest in a file of its own, all of an epoch in another. */
export class FolderNotes {
  readonly #files: Files;
  /** Where the history's sound part ends, once it was added to; null after a write that failed. */
  #end: number | null = null;

  constructor(files: Files) {
    this.#files = files;
  }

  async read(): Promise<FoundNotes> {
    const [newest, unfinished] = await Promise.all(
      [vaultFiles.checkpoint, vaultFiles.checkpointNext].map((name) => this.#files.read(name)),
    );
    const history = readHistory((await this.#files.read(vaultFiles.checkpoints)) ?? NOTHING);
    return {
      newest: newest?.toString('utf8') ?? null,
      unfinished: unfinished?.toString('utf8') ?? null,
      history: history.notes,
    };
  }

  /** To the history first, so that a crash never leaves a newest note that it does not hold. */
  async add(note: string): Promise<void> {
    await this.#append(Buffer.from(`${JSON.stringify({ note })}\n`));
    await replaceIn(this.#files, vaultFiles.checkpoint, Buffer.from(note));
  }

  /** After a new epoch: what was known of the history is that of the old one. */
  forget(): void {
    this.#end = null;
  }

  async #append(line: Buffer): Promise<void> {
    const at = this.#end ?? (await this.#soundEnd());
    this.#end = null; // until the write is known to have succeeded
    await this.#files.append(vaultFiles.checkpoints, at, line);
    this.#end = at + line.length;
  }

  /** A crash leaves an unfinished last line, which is cut off before anything is added. */
  async #soundEnd(): Promise<number> {
    const bytes = await this.#files.read(vaultFiles.checkpoints);
    if (bytes === null) {
      await this.#files.writeSynced(vaultFiles.checkpoints, NOTHING);
      await this.#files.syncFolder();
      return 0;
    }
    const { sound } = readHistory(bytes);
    if (bytes.length > sound) await this.#files.truncateSynced(vaultFiles.checkpoints, sound);
    return sound;
  }
}

const NOTHING = Buffer.alloc(0);

const readHistory = (bytes: Buffer): { notes: string[]; sound: number } => {
  const notes: string[] = [];
  let start = 0;
  for (let end = bytes.indexOf(LF); end !== -1; end = bytes.indexOf(LF, start)) {
    const entry = v.safeParse(entrySchema, bytes.subarray(start, end).toString('utf8'));
    if (entry.success) notes.push(entry.output.note);
    start = end + 1;
  }
  return { notes, sound: start };
};
