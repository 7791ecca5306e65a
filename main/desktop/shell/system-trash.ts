import { shell } from 'electron';
import { notTrashed } from '../../../shared/messages/failures/batch.ts';
import { FreedesktopTrash, type Trash } from '../../batch/index.ts';

/** On Linux, Electron would start another program for each file, which may be missing. */
export const systemTrash = (): Trash =>
  process.platform === 'linux' ? new FreedesktopTrash() : { serves: always, take };

const always = (): Promise<boolean> => Promise.resolve(true);

const take = async (file: string): Promise<void> => {
  try {
    await shell.trashItem(file);
  } catch (error) {
    throw notTrashed(String(error));
  }
};
