/**
 * The files of a vault's folder. Durability is promised by name only: what a file holds is durable
 * after a call that ends in `Synced` or after `append`; that a name exists, moved or went away is
 * durable only after `syncFolder`. Names are plain file names inside the one folder. Errors are
 * those of node:fs (with `code`).
 */
export interface Files {
  /** The whole file, or null where there is none. */
  read(name: string): Promise<Buffer | null>;
  /** `length` bytes from `offset`, fewer where the file ends earlier. */
  readAt(name: string, offset: number, length: number): Promise<Buffer>;
  /** The bytes from `from` up to, not including, `to` (or the end), in pieces. */
  stream(name: string, from: number, to?: number): AsyncIterable<Buffer>;
  /** Creates or empties the file, writes it and waits for the disk. */
  writeSynced(name: string, bytes: Uint8Array): Promise<void>;
  /** Writes over the bytes of an existing file in place, cuts it to the new length and waits. */
  overwriteSynced(name: string, bytes: Uint8Array): Promise<void>;
  /**
   * Adds to an existing file that must be exactly `at` bytes long, and waits for the disk.
   * @throws OtherFile where it is not the file that was added to before, or not that long
   */
  append(name: string, at: number, bytes: Uint8Array): Promise<void>;
  /** Cuts the file to `length` bytes and waits for the disk. */
  truncateSynced(name: string, length: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Removes the name; fine where there is none. */
  remove(name: string): Promise<void>;
  list(): Promise<string[]>;
  /** Makes every creation, renaming and removal so far durable. */
  syncFolder(): Promise<void>;
}

/** Somebody else wrote to a file, or put another in its place: nothing was added to it. */
export class OtherFile extends Error {
  override readonly name = 'OtherFile';
}

/** The same files where no lock protects them: whatever would change something is refused. */
export const onlyRead = (files: Files): Files => ({
  read: (name) => files.read(name),
  readAt: (name, offset, length) => files.readAt(name, offset, length),
  stream: (name, from, to) => files.stream(name, from, to),
  list: () => files.list(),
  writeSynced: refuse,
  overwriteSynced: refuse,
  append: refuse,
  truncateSynced: refuse,
  rename: refuse,
  remove: refuse,
  syncFolder: refuse,
});

const refuse = (): Promise<never> =>
  Promise.reject(new Error('a vault that is only looked at is not written to'));

/** Puts new content under a name at once: a crash leaves the old file or the new one. */
export const replaceIn = async (files: Files, name: string, bytes: Uint8Array): Promise<void> => {
  await files.writeSynced(`${name}.next`, bytes);
  await files.rename(`${name}.next`, name);
  await files.syncFolder();
};
