import { replaceFile, type Storage, vaultFiles } from '../store/index.ts';

/* Time-stamping authorities' replies: one JSON line each in a file that is replaced as a whole. */

export const readTimestampLines = async (storage: Storage): Promise<string[]> => {
  const bytes = await storage.read(vaultFiles.timestamps);
  return (bytes ?? Buffer.alloc(0))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
};

export const addTimestampLine = async (storage: Storage, line: string): Promise<void> => {
  const kept = [...(await readTimestampLines(storage)), line];
  const bytes = Buffer.from(kept.map((each) => `${each}\n`).join(''));
  await replaceFile(storage, vaultFiles.timestamps, bytes);
};
