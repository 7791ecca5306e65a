import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { AREA_UNIT, isMagic, MAGIC_BYTES } from '../engine/index.ts';
import { hasEncryptedSuffix } from './output-name.ts';
import type { Found } from './walk.ts';

/** How many files are read at the same time, so that they do not wait for each other. */
const READS_AT_ONCE = 64;

/**
 * Files that are encrypted, judged by their first bytes and not only by name: a browser names a
 * second download `x.clv (1)`. The name alone is enough too, because the file may be damaged.
 */
export const encryptedAmong = async (found: readonly Found[]): Promise<ReadonlySet<string>> => {
  const encrypted = new Set<string>();
  const unclear: string[] = [];
  for (const each of found) {
    if (each.kind !== 'file') continue;
    if (hasEncryptedSuffix(each.file)) encrypted.add(each.file);
    else if (each.stats.size > AREA_UNIT) unclear.push(each.file);
  }
  for (let at = 0; at < unclear.length; at += READS_AT_ONCE) {
    const some = unclear.slice(at, at + READS_AT_ONCE);
    const answers = await Promise.all(some.map(beginsAsEncrypted));
    for (const [index, file] of some.entries()) if (answers[index] === true) encrypted.add(file);
  }
  return encrypted;
};

const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** An unreadable file is reported when it is processed. */
const beginsAsEncrypted = async (file: string): Promise<boolean> => {
  try {
    const handle = await open(file, flags);
    try {
      const { buffer } = await handle.read(Buffer.alloc(MAGIC_BYTES), 0, MAGIC_BYTES, 0);
      return isMagic(buffer);
    } finally {
      await handle.close();
    }
  } catch {
    return false;
  }
};
