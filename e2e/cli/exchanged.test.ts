import { execFileSync, spawn } from 'node:child_process';
import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batch } from '../support/batches.ts';
import type { CliOptions } from '../support/cli.ts';
import { until } from '../support/processes.ts';
import { filesIn, partsIn, snapshotOf, writeFile } from '../support/trees.ts';
import { makeVault, PIN, type TestVault } from '../support/vaults.ts';

/*
 * Somebody with write access to a shared folder replaces a part of a planned path by a link
 * to the officer's own files. None of those is read, written, replaced or deleted.
 */

let vault: TestVault;

beforeAll(async () => {
  vault = await makeVault();
  await vault.createKey('k', 'hsm-only', 'host');
});

afterAll(() => vault.remove());

/** A shared folder, an output folder with an older output, and files that must not be touched. */
const scene = (name: string) => {
  const home = join(vault.home, name);
  const at = (...names: string[]): string => join(home, ...names);
  writeFile(at('share', 'sub', 'report.txt'), 'public');
  writeFile(at('out', 'share', 'sub', 'report.txt.clv'), 'an older output');
  for (const way of ['', 'sub', 'share/sub']) {
    for (const end of ['', '.clv']) writeFile(at('private', way, `report.txt${end}`), 'private');
  }
  return { at, untouched: snapshotOf(at('private')) };
};
type Scene = ReturnType<typeof scene>;

const replaceByLink = ({ at }: Scene, ...folder: string[]): void => {
  renameSync(at(...folder), `${at(...folder)}-gone`);
  symlinkSync(at('private'), at(...folder));
};

const options = ['--key', 'k', '--conflict', 'replace', '--delete-originals'];

/** Encrypts the share; `exchange` happens while the PIN prompt is waiting. */
const encryptWhile = async ({ at }: Scene, exchange: () => void): Promise<number | null> => {
  const pin = at('pin');
  execFileSync('mkfifo', ['-m', '600', pin]);
  const args = ['encrypt', ...options, '--pin-file', pin, '--out', at('out'), at('share')];
  const running = vault.cli.start(args, { env: { CLAVIGER_PIN: undefined } });
  await until(() => running.stderrSoFar().includes('1 file'));
  exchange();
  writeFileSync(pin, PIN);
  return (await running.result).code;
};

const lastOf = (action: string): { outcome: string; code: unknown } | undefined => {
  const record = vault.records().findLast((each) => each.action === action);
  return record === undefined ? undefined : { outcome: record.outcome, code: record.code };
};

const exchanges: readonly (readonly [string, string, (scene: Scene) => void])[] = [
  ['a folder of the inputs becomes a link', 'symlink', (s) => replaceByLink(s, 'share', 'sub')],
  ['the chosen folder becomes a link', 'folder-changed', (s) => replaceByLink(s, 'share')],
  [
    'another folder takes the place of one',
    'folder-changed',
    ({ at }) => {
      renameSync(at('share', 'sub'), at('share', 'gone'));
      mkdirSync(at('share', 'sub'));
      writeFile(at('share', 'sub', 'report.txt'), 'another one');
    },
  ],
  [
    'another file takes the place of one',
    'source-changed',
    ({ at }) => {
      rmSync(at('share', 'sub', 'report.txt'));
      linkSync(at('private', 'report.txt'), at('share', 'sub', 'report.txt'));
    },
  ],
  ['a folder of the outputs becomes a link', 'symlink', (s) => replaceByLink(s, 'out', 'share')],
  [
    'the last folder of the outputs becomes a link',
    'symlink',
    (s) => replaceByLink(s, 'out', 'share', 'sub'),
  ],
  ['the chosen output folder becomes a link', 'folder-changed', (s) => replaceByLink(s, 'out')],
];

describe('between the plan and the PIN', () => {
  it.each(exchanges)('%s: %s', async (name, code, exchange) => {
    const place = scene(name.replaceAll(' ', '-'));
    expect(await encryptWhile(place, () => exchange(place))).toBe(1);
    expect(lastOf('file.encrypt')).toEqual({ outcome: 'failed', code });
    expect(snapshotOf(place.at('private'))).toEqual(place.untouched);
    expect(partsIn(place.at())).toEqual([]);
  });
});

it('a folder of the outputs that was a link from the start is refused, with every rule', async () => {
  for (const rule of ['keep-both', 'replace', 'skip']) {
    const { at, untouched } = scene(`linked-${rule}`);
    rmSync(at('out', 'share', 'sub'), { recursive: true });
    symlinkSync(at('private'), at('out', 'share', 'sub'));
    const args = ['encrypt', '--key', 'k', '--conflict', rule, '--out', at('out'), at('share')];
    const { code, files } = await batch(vault.cli, args);
    expect(code).toBe(1);
    expect(files).toMatchObject([{ outcome: 'failed', reason: { code: 'symlink' } }]);
    expect(snapshotOf(at('private'))).toEqual(untouched);
  }
});

const SPY = fileURLToPath(new URL('../support/failing-disk.mjs', import.meta.url));

const exchanging = (action: string, folder: string, target: string): CliOptions => ({
  env: {
    NODE_OPTIONS: `--import=${SPY}`,
    CLAVIGER_DISK_FAULT: `exchange ${action}`,
    CLAVIGER_EXCHANGED_FOLDER: folder,
    CLAVIGER_EXCHANGED_FOR: target,
  },
});

it('an output folder that becomes a link before the output gets its name is not followed', async () => {
  const { at, untouched } = scene('publishing');
  const { code, files } = await batch(
    vault.cli,
    ['encrypt', ...options, '--out', at('out'), at('share')],
    exchanging('file.encrypt', at('out', 'share', 'sub'), at('private')),
  );
  expect(code).toBe(1);
  expect(files).toMatchObject([{ outcome: 'failed', reason: { code: 'symlink' } }]);
  expect(lastOf('file.publish')).toEqual({ outcome: 'failed', code: 'symlink' });
  expect(snapshotOf(at('private'))).toEqual(untouched);
  expect(filesIn(at('share'))).toEqual([at('share', 'sub', 'report.txt')]);
});

it('a folder that becomes a link before an original is deleted keeps what it leads to', async () => {
  const { at, untouched } = scene('deleting');
  const { code, files } = await batch(
    vault.cli,
    ['encrypt', ...options, '--out', at('out'), at('share')],
    exchanging('file.delete-original', at('share', 'sub'), at('private')),
  );
  expect(code).toBe(1);
  expect(files).toMatchObject([
    { outcome: 'done', originalDeleted: false, reason: { code: 'symlink' } },
  ]);
  expect(lastOf('file.delete-original')).toEqual({ outcome: 'failed', code: 'symlink' });
  expect(snapshotOf(at('private'))).toEqual(untouched);
});

it('is tried again with the current files, and still follows no link', async () => {
  const place = scene('again');
  const { at, untouched } = place;
  await encryptWhile(place, () => replaceByLink(place, 'share', 'sub'));
  const id = String(
    vault.records().findLast(({ action }) => action === 'batch.end')?.subject['batch'],
  );
  expect((await vault.cli.run(['retry', id])).code).toBe(1);
  expect(lastOf('file.encrypt')).toEqual({ outcome: 'failed', code: 'symlink' });
  rmSync(at('share', 'sub'));
  writeFile(at('share', 'sub', 'report.txt'), 'a new one');
  expect((await vault.cli.run(['retry', id])).code).toBe(0);
  expect(lastOf('file.encrypt')).toMatchObject({ outcome: 'ok' });
  expect(snapshotOf(at('private'))).toEqual(untouched);
});

/** Replaces two folders by links and puts them back, as fast as it can. */
const flipping = `
  const fs = require('node:fs');
  const [target, ...folders] = process.argv.slice(1);
  for (const folder of folders) fs.symlinkSync(target, folder + '-link');
  for (;;) for (const folder of folders) try {
    fs.renameSync(folder, folder + '-gone');
    fs.renameSync(folder + '-link', folder);
    fs.renameSync(folder, folder + '-link');
    fs.renameSync(folder + '-gone', folder);
  } catch {}
`;

it('nothing outside is touched while folders are replaced by links all the time', async () => {
  const { at, untouched } = scene('race');
  for (let n = 0; n < 300; n++) writeFile(at('share', 'sub', `${n}.txt`), 'public');
  for (let n = 0; n < 300; n++) {
    for (const end of ['', '.clv']) writeFile(at('private', `${n}.txt${end}`), 'private');
  }
  const before = snapshotOf(at('private'));
  const folders = [at('share', 'sub'), at('out', 'share', 'sub')];
  const flipper = spawn(process.execPath, ['-e', flipping, at('private'), ...folders]);
  try {
    for (let round = 0; round < 3; round++) {
      await vault.cli.run(['encrypt', ...options, '--out', at('out'), at('share')]);
    }
  } finally {
    flipper.kill();
  }
  expect(snapshotOf(at('private'))).toEqual(before);
  expect(before).toMatchObject(untouched);
  await vault.expectSound();
});
