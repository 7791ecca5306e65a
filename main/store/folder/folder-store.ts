import type {
  ByteRange,
  CacheName,
  Commit,
  CommitOutcome,
  FoundImage,
  FoundNotes,
  NewEpoch,
  NewVault,
  Store,
  StoredDocument,
  StoreState,
} from '../store.ts';
import { compareNames } from '../../../shared/names.ts';
import { vaultIsFile } from '../../../shared/messages/failures/store.ts';
import { isErrno } from '../../system/index.ts';
import { type Files, OtherFile, replaceIn } from './files.ts';
import { beginEpoch, finishEpoch, nameLedger, prepareLedger } from './folder-epochs.ts';
import { FolderImages } from './folder-images.ts';
import { FolderNotes } from './folder-notes.ts';
import { refuseUsed, stateOf } from './folder-state.ts';
import { vaultFiles } from './names.ts';

const caches: Readonly<Record<CacheName, string>> = {
  tree: vaultFiles.hashes,
  summary: vaultFiles.resume,
};

const documents: readonly string[] = [
  vaultFiles.ledger,
  vaultFiles.checkpoint,
  vaultFiles.checkpoints,
  vaultFiles.timestamps,
];
const documentBeginnings: readonly string[] = [
  vaultFiles.oldLedger,
  vaultFiles.oldCheckpoints,
  vaultFiles.torn,
];

/** A vault in a folder (docs/ledger.md, "The folder"). */
export class FolderStore implements Store {
  readonly #files: Files;
  readonly #images: FolderImages;
  readonly #notes: FolderNotes;
  readonly #release: () => Promise<void>;
  #hasWritten = false;

  /** @param release gives the lock back that the folder is held by */
  constructor(files: Files, release = (): Promise<void> => Promise.resolve()) {
    this.#files = files;
    this.#images = new FolderImages(files);
    this.#notes = new FolderNotes(files);
    this.#release = release;
  }

  async state(): Promise<StoreState> {
    try {
      return stateOf(await this.#files.list());
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return 'none';
      throw isErrno(error, 'ENOTDIR') ? vaultIsFile() : error;
    }
  }

  read({ from, to }: ByteRange): AsyncIterable<Buffer> {
    return this.#files.stream(vaultFiles.ledger, from, to);
  }

  readAt(offset: number, length: number): Promise<Buffer> {
    return this.#files.readAt(vaultFiles.ledger, offset, length);
  }

  keystore(sha256: string | null): Promise<FoundImage> {
    return this.#images.find(sha256);
  }

  notes(): Promise<FoundNotes> {
    return this.#notes.read();
  }

  async timestamps(): Promise<string[]> {
    const bytes = await this.#files.read(vaultFiles.timestamps);
    const lines = bytes?.toString('utf8').split('\n') ?? [];
    return lines.filter((line) => line !== '');
  }

  async tornFiles(): Promise<string[]> {
    return (await this.#files.list()).filter((name) => name.startsWith(vaultFiles.torn));
  }

  async tornFile(name: string): Promise<Buffer> {
    return (await this.#files.read(name)) ?? Buffer.alloc(0);
  }

  async cached(name: CacheName): Promise<Buffer | null> {
    return this.#files.read(caches[name]).catch(() => null);
  }

  async documents(): Promise<readonly StoredDocument[]> {
    const isOne = (name: string): boolean =>
      documents.includes(name) || documentBeginnings.some((begin) => name.startsWith(begin));
    const names = (await this.#files.list()).filter(isOne).sort(compareNames);
    return names.map((name) => ({ name, read: () => this.#files.stream(name, 0) }));
  }

  async create({ image, beside, ...first }: NewVault): Promise<void> {
    refuseUsed(await this.#files.list(), beside);
    await this.#files.writeSynced(vaultFiles.keystoreNext, image);
    const note = await prepareLedger(this.#files, first);
    await nameLedger(this.#files);
    await this.#images.install(image, false);
    await this.#notes.add(note);
  }

  async beginEpoch(epoch: NewEpoch): Promise<void> {
    await beginEpoch(this.#files, epoch);
    this.#notes.forget();
  }

  finishEpoch(): Promise<void> {
    return finishEpoch(this.#files);
  }

  async append(at: number, lines: Uint8Array): Promise<'done' | 'moved'> {
    this.#hasWritten = true;
    try {
      await this.#files.append(vaultFiles.ledger, at, lines);
      return 'done';
    } catch (error) {
      if (error instanceof OtherFile) return 'moved';
      throw error;
    }
  }

  stage(image: Buffer): Promise<void> {
    return this.#images.stage(image);
  }

  async commit({ at, lines, image, purge }: Commit): Promise<CommitOutcome> {
    if ((await this.append(at, lines)) === 'moved') {
      await this.#images.drop().catch(() => undefined); // if it stays, opening removes it
      return { kind: 'moved' };
    }
    try {
      await this.#images.install(image, purge);
      return { kind: 'done' };
    } catch (error) {
      return { kind: 'unfinished', error };
    }
  }

  repair(found: FoundImage): Promise<void> {
    return this.#images.repair(found);
  }

  async setAside(from: number, now: Date): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of this.read({ from })) pieces.push(piece);
    if (pieces.length === 0) return;
    await this.#files.writeSynced(await this.#freeName(now), Buffer.concat(pieces));
    await this.#files.syncFolder();
    await this.#files.truncateSynced(vaultFiles.ledger, from);
  }

  addNote(note: string): Promise<void> {
    return this.#notes.add(note);
  }

  async addTimestamp(line: string): Promise<void> {
    const kept = [...(await this.timestamps()), line];
    const bytes = Buffer.from(kept.map((each) => `${each}\n`).join(''));
    await replaceIn(this.#files, vaultFiles.timestamps, bytes);
  }

  async cache(name: CacheName, bytes: Buffer): Promise<void> {
    // Whatever else has the name is replaced.
    const known = await this.cached(name);
    if (known?.equals(bytes) === true) return;
    if (known !== null && bytes.subarray(0, known.length).equals(known))
      await this.#files.append(caches[name], known.length, bytes.subarray(known.length));
    else {
      await this.#files.writeSynced(caches[name], bytes);
      await this.#files.syncFolder();
    }
  }

  async close(): Promise<void> {
    if (this.#hasWritten) await this.#files.remove(vaultFiles.oldAuditIndex).catch(() => undefined);
    await this.#release();
  }

  /** A name that is free, also where the clock shows a time for the second time. */
  async #freeName(now: Date): Promise<string> {
    const taken = new Set(await this.#files.list());
    let name = `${vaultFiles.torn}${now.toISOString().replaceAll(/[-:.]/g, '')}`;
    while (taken.has(name)) name += 'x';
    return name;
  }
}
