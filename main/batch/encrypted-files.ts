import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { AREA_UNIT, isMagic, MAGIC_BYTES } from '../engine/index.ts';
import { hasEncryptedSuffix } from './output-name.ts';
import type { Found } from './walk.ts';

/** How many files are read at the same time: one after another, each would wait by itself. */
const READS_AT_ONCE = 64;

/**
 * The files that are encrypted by what they begin with, whatever their names are: a browser makes
 * `x.clv (1)` of a second download. The name alone is enough, too: such a file may be damaged.
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

/** What cannot be read is told when it is to be processed. */
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
