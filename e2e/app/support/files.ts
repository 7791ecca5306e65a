import { mkdir, open, writeFile } from 'node:fs/promises';
import path from 'node:path';

export const MEGABYTE = 1024 * 1024;

/** A small folder with an empty file, a file in a folder, and names beyond ASCII. */
export const makeFiles = async (home: string, name = 'Contracts Q3'): Promise<string> => {
  const folder = path.join(home, name);
  await mkdir(path.join(folder, 'Møller'), { recursive: true });
  await writeFile(path.join(folder, 'empty.txt'), '');
  await writeFile(path.join(folder, 'a.txt'), 'first');
  await writeFile(path.join(folder, 'Møller', 'b ü.bin'), Buffer.alloc(2 * MEGABYTE, 7));
  return folder;
};

/** Files that take a while with a key that encrypts in the token; they need no disk space. */
export const makeLongWork = async (
  home: string,
  { files, megabytes }: { readonly files: number; readonly megabytes: number },
): Promise<string> => {
  const folder = path.join(home, 'Recordings');
  await mkdir(folder, { recursive: true });
  for (let part = 1; part <= files; part++) {
    const file = await open(path.join(folder, `part ${part}.mov`), 'w');
    await file.truncate(megabytes * MEGABYTE);
    await file.close();
  }
  return folder;
};
