import * as v from 'valibot';
import {
  type SecuritySetting,
  securitySettings,
  type SettingsChange,
  settingsChangeSchema,
} from '../contract/settings.ts';

const minutes = (count: number): string => `${count} ${count === 1 ? 'minute' : 'minutes'}`;

/** What a setting means from then on. */
const words: {
  readonly [Name in SecuritySetting]: (value: NonNullable<SettingsChange[Name]>) => string;
} = {
  autoLockMinutes: (count) => `locks after ${minutes(count)} of inactivity`,
  lockWithSystem: (on) => `${on ? 'locks' : 'does not lock'} with the computer`,
  batchWhileLocked: (what) =>
    what === 'finish' ? 'locking lets a batch finish' : 'locking cancels a batch',
  cacheIdleMinutes: (count) => `keeps unused keys in memory for ${minutes(count)}`,
  cacheMinutes: (count) => `keeps keys in memory for ${minutes(count)} at most`,
};

const wordsOf = <Name extends SecuritySetting>(
  name: Name,
  value: SettingsChange[Name],
): string | null => (value === undefined ? null : words[name](value));

const changed = v.object({ after: v.unknown() });

/** Of the details of a `settings.change` record: a setting of another version keeps its name. */
export const settingChanges = (details: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.entries(details).map(([name, detail]) => {
    const setting = securitySettings.find((each) => each === name);
    const parsed = v.safeParse(settingsChangeSchema, {
      [name]: v.is(changed, detail) ? detail.after : undefined,
    });
    if (setting === undefined || !parsed.success) return name;
    return wordsOf(setting, parsed.output[setting]) ?? name;
  });
