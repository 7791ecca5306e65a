import { expect, it } from 'vitest';
import { settingChanges } from './setting-changes.ts';

it('says what a changed setting means from then on', () => {
  const details = {
    autoLockMinutes: { before: 10, after: 1 },
    lockWithSystem: { before: true, after: false },
    batchWhileLocked: { before: 'finish', after: 'cancel' },
    cacheIdleMinutes: { before: 5, after: 15 },
    cacheMinutes: { before: 15, after: 60 },
  };
  expect(settingChanges(details)).toEqual([
    'locks after 1 minute of inactivity',
    'does not lock with the computer',
    'locking cancels a batch',
    'keeps unused keys in memory for 15 minutes',
    'keeps keys in memory for 60 minutes at most',
  ]);
});

it.each([
  ['laterSetting', { before: 1, after: 2 }],
  ['autoLockMinutes', { before: 1, after: 'never' }],
  ['autoLockMinutes', 7],
  ['toString', { after: 1 }],
])('leaves %j with %j, of another version, by its name', (name, detail) => {
  expect(settingChanges({ [name]: detail })).toEqual([name]);
});
