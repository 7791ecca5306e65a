import { existsSync, renameSync, rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect } from 'vitest';
import { presets } from '../../shared/keys.ts';
import { fill, mayMount, mountSmallDisk, remount } from '../support/mounts.ts';
import { Driver, PIN } from './support/driver.ts';
import { filesBelow, makeKey, test } from './support/test.ts';

interface Loss {
  readonly what: string;
  readonly happens: (disk: string, folder: string) => void;
  readonly mended: ((disk: string, folder: string) => void) | null;
  /** The message that is shown. */
  readonly words: RegExp;
}

const losses: readonly Loss[] = [
  {
    what: 'is on a disk that is full',
    happens: (disk) => fill(path.join(disk, 'filler')),
    mended: (disk) => rmSync(path.join(disk, 'filler')),
    words: /disk is full/,
  },
  {
    what: 'is on a disk that became read-only',
    happens: (disk) => remount(disk, 'ro'),
    mended: (disk) => remount(disk, 'rw'),
    words: /disk is read-only/,
  },
  {
    what: 'was given another name',
    happens: (_, folder) => renameSync(folder, `${folder}-away`),
    mended: (_, folder) => renameSync(`${folder}-away`, folder),
    // The evaluation token is in that folder, too.
    words: /folder does not exist|was not found|token was removed/,
  },
  {
    what: 'was removed',
    happens: (_, folder) => rmSync(folder, { recursive: true }),
    mended: null,
    // The evaluation token is in that folder, too.
    words: /folder does not exist|was not found|token was removed/,
  },
];

const causeOf = (result: unknown): string => {
  const { ok, failure } = result as { ok: boolean; failure?: { cause: string } };
  expect(ok).toBe(false);
  return failure?.cause ?? '';
};

const encrypt = async (driver: Driver, key: string, file: string): Promise<unknown> => {
  await driver.answerDialogs([file]);
  await driver.call('draft.pickFiles', null);
  const planned = await driver.ask('batch.plan', {
    kind: 'encrypt',
    keys: [key as never],
    output: null,
    conflict: 'keep-both',
    originals: 'keep',
    encryptedInputs: 'leave-out',
    sealedNames: false,
  });
  return planned.ok ? driver.ask('batch.start', { plan: planned.value.id }) : planned;
};

/** A full disk may have space for some records in its last block; those may be written. */
const changeSettings = async (driver: Driver): Promise<{ refusal: unknown; minutes: number }> => {
  for (let minutes = 61; ; minutes += 1) {
    const result = await driver.ask('settings.set', { autoLockMinutes: minutes });
    if (!result.ok) return { refusal: result, minutes: minutes - 1 };
  }
};

const minutesIn = async (home: string): Promise<unknown> => {
  const text = await readFile(path.join(home, 'data', 'settings.json'), 'utf8');
  return (JSON.parse(text) as Record<string, unknown>)['autoLockMinutes'];
};

/** Every change is refused with a message, and nothing is changed. */
const expectRefusals = async (driver: Driver, key: string, words: RegExp): Promise<number> => {
  const { home } = driver;
  const plain = path.join(home, 'plain');
  await mkdir(plain);
  await writeFile(path.join(plain, 'a.txt'), 'first');
  const { refusal: unchanged, minutes } = await changeSettings(driver);
  const refusals = [
    unchanged,
    await driver.ask('keys.create', { name: 'New', ...presets.balanced }),
    await encrypt(driver, key, path.join(plain, 'a.txt')),
  ];
  for (const refusal of refusals) expect(causeOf(refusal)).toMatch(words);
  expect(await minutesIn(home)).toBe(minutes);
  expect(await filesBelow(plain)).toEqual(['a.txt']);
  await driver.reloads(() => driver.call('session.lock', null));
  expect((await driver.call('app.state', null)).screen.screen).toBe('locked');
  return minutes;
};

describe.runIf(mayMount)('nothing is done unrecorded when the open vault', () => {
  test.for(losses)('$what', async ({ happens, mended, words }, { home }) => {
    const driver = await Driver.start({ home });
    const { id, path: folder } = await driver.call('setup.folder', null);
    const disk = path.dirname(folder);
    const mount = mountSmallDisk(disk, 16);
    try {
      await driver.call('setup.connect', { kind: 'evaluation', folder: id, pin: PIN });
      await driver.call('setup.finish', { folder: id, lossPlan: null });
      const key = await makeKey(driver, 'Contracts', 'balanced');
      await driver.call('settings.set', { autoLockMinutes: 60 });
      happens(disk, folder);
      const minutes = await expectRefusals(driver, key.id, words);
      // Nothing is created where the folder was.
      expect(existsSync(folder)).toBe(existsSync(path.join(folder, 'ledger.jsonl')));
      await driver.stop();
      if (mended === null) return;
      mended(disk, folder);
      const again = await Driver.start({ home });
      await again.call('session.unlock', { pin: PIN });
      expect((await again.call('keys.list', null)).map(({ name }) => name)).toEqual(['Contracts']);
      expect((await again.call('app.state', null)).settings.autoLockMinutes).toBe(minutes);
      expect(await again.call('audit.verify', null)).toMatchObject({ sound: true });
      await again.stop();
    } finally {
      mount.unmount();
    }
  });
});
