/**
 * The port behind which the vault's folder lies. Durability is promised by name only:
 * what a file holds is durable after a call that ends in `Synced` or after `append`;
 * that a name exists, moved or went away is durable only after `syncFolder`.
 * Names are plain file names inside the one folder. Errors are those of node:fs (with `code`).
 */
export interface Storage {
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
  /** Adds to an existing file that must be exactly `at` bytes long, and waits for the disk. */
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

/** Puts new content under a name at once: a crash leaves the old file or the new one. */
export const replaceFile = async (
  storage: Storage,
  name: string,
  bytes: Uint8Array,
): Promise<void> => {
  await storage.writeSynced(`${name}.next`, bytes);
  await storage.rename(`${name}.next`, name);
  await storage.syncFolder();
};
