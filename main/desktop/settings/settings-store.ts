import * as v from 'valibot';
import {
  type Settings,
  type SettingsChange,
  settingsChangeSchema,
} from '../../../shared/contract/settings.ts';
import { settingsNotSaved } from '../../../shared/messages/failures/disk.ts';
import { storageFailure } from '../../system/index.ts';
import { JsonFile } from '../common/index.ts';

const storedSchema = v.strictObject({
  ...settingsChangeSchema.entries,
  outputFolder: v.exactOptional(v.nullable(v.string())),
});
type Stored = v.InferOutput<typeof storedSchema>;

export const defaults: Omit<Settings, 'outputFolder'> = {
  theme: 'system',
  contrast: 'system',
  motion: 'system',
  textSize: 100,
  rows: 'comfortable',
  autoLockMinutes: 10,
  lockWithSystem: true,
  batchWhileLocked: 'finish',
  cacheIdleMinutes: 5,
  cacheMinutes: 15,
  conflict: 'keep-both',
};

export type SettingsValues = Omit<Settings, 'outputFolder'> & {
  readonly outputFolder: string | null;
};

/** The user's settings for all vaults. */
export class SettingsStore {
  readonly #file: JsonFile<typeof storedSchema>;
  #stored: Stored;

  private constructor(file: JsonFile<typeof storedSchema>, stored: Stored) {
    this.#file = file;
    this.#stored = stored;
  }

  static async open(path: string): Promise<SettingsStore> {
    const file = new JsonFile(path, storedSchema, {});
    return new SettingsStore(file, await file.read());
  }

  get values(): SettingsValues {
    return { ...defaults, outputFolder: null, ...this.#stored };
  }

  async change(change: SettingsChange & { outputFolder?: string | null }): Promise<void> {
    const next = { ...this.#stored, ...change };
    try {
      await this.#file.write(next);
    } catch (error) {
      throw storageFailure(error, settingsNotSaved);
    }
    this.#stored = next;
  }
}
