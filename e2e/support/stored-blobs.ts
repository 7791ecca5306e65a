import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSqlJs } from '../../main/sqlite/sql-js.ts';
import { filesIn } from './trees.ts';

/** What a vault stores of its wrapped keys, one for each version. */
export const storedBlobs = async (dir: string): Promise<Buffer[]> => {
  const { Database } = await loadSqlJs();
  const db = new Database(readFileSync(join(dir, 'keystore.sqlite')));
  const [found] = db.exec('SELECT blob FROM key_versions WHERE blob IS NOT NULL');
  db.close();
  return (found?.values ?? []).map(([blob]) => {
    if (!(blob instanceof Uint8Array)) throw new Error('a blob is no blob');
    return Buffer.from(blob);
  });
};

/** Files of a folder that hold one of them. */
export const filesWith = (folder: string, blobs: readonly Buffer[]): string[] =>
  filesIn(folder).filter((file) => {
    const content = readFileSync(file);
    return blobs.some((blob) => content.includes(blob));
  });
