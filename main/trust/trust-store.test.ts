import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { vaultIdSchema } from '../../shared/ids.ts';
import type { KnownVault } from './known-vault.ts';
import { TrustStore } from './trust-store.ts';

const vault = parse(vaultIdSchema, 'ab'.repeat(16));
const known: KnownVault = {
  version: 1,
  vault,
  modulePath: '/usr/lib/token.so',
  parameters: null,
  librarySha256: '0'.repeat(64),
  token: { label: 'HSM 1', serial: '4711' },
  inVault: false,
  checkpointKey: 'f'.repeat(64),
  seen: { epoch: 1, size: 12, root: 'a'.repeat(64) },
  sessions: false,
};

let home: string;
let folder: string;
let store: TrustStore;
let file: string;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'claviger-trust-'));
  folder = path.join(home, 'state');
  store = new TrustStore(folder);
  file = store.fileOf(vault) ?? '';
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const identity = (): unknown => {
  const { ino, size, mtimeMs } = statSync(file);
  return { ino, size, mtimeMs };
};

const again = (): Promise<KnownVault | null> => new TrustStore(folder).find(vault);

it('knows no vault that was not opened here', async () => {
  expect(await store.find(vault)).toBeNull();
  expect(await store.find(parse(vaultIdSchema, 'cd'.repeat(16)))).toBeNull();
});

it('stores what it learns in files of this user only, also for the next run', async () => {
  expect(await store.remember(known)).toBeNull();
  expect(await again()).toEqual(known);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  for (const each of [folder, path.dirname(file)]) expect(statSync(each).mode & 0o777).toBe(0o700);
  const changed = { ...known, sessions: true };
  expect(await store.remember(changed)).toBeNull();
  expect(await again()).toEqual(changed);
  expect(readdirSync(path.dirname(file))).toEqual([path.basename(file)]);
});

it('does not write to a path that something else occupies', async () => {
  await store.remember(known);
  const elsewhere = path.join(home, 'elsewhere');
  writeFileSync(elsewhere, 'mine');
  rmSync(file);
  symlinkSync(elsewhere, file);
  await store.remember(known);
  expect(readFileSync(elsewhere, 'utf8')).toBe('mine');
  expect(await again()).toEqual(known);
});

describe('a file in another form is refused, and not changed', () => {
  const other = { ...known, vault: 'cd'.repeat(16) };
  const text = (value: unknown) => (): void => writeFileSync(file, JSON.stringify(value));
  const spoil: readonly (readonly [string, () => void])[] = [
    ['empty', () => truncateSync(file)],
    ['cut short', () => truncateSync(file, 40)],
    ['no object', text([known])],
    ['more than we write', text({ ...known, extra: 1 })],
    ['of another vault', text(other)],
    ['of another version', text({ ...known, version: 2 })],
    ['a relative library', text({ ...known, modulePath: 'token.so' })],
    ['a hash that is none', text({ ...known, librarySha256: 'x' })],
    ['a size that is none', text({ ...known, seen: { ...known.seen, size: -1 } })],
    ['huge', () => truncateSync(file, 1_000_000)],
    ['written by everybody', () => chmodSync(file, 0o666)],
    ['in a folder that everybody may write', () => chmodSync(path.dirname(file), 0o777)],
    [
      'a link',
      () => {
        renameSync(file, path.join(home, 'moved'));
        symlinkSync(path.join(home, 'moved'), file);
      },
    ],
    [
      'a folder',
      () => {
        rmSync(file);
        mkdirSync(file);
      },
    ],
    [
      'a pipe that nobody writes to',
      () => {
        rmSync(file);
        execFileSync('mkfifo', ['-m', '600', file]);
      },
    ],
  ];
  it.each(spoil)('%s', async (_name, damage) => {
    await store.remember(known);
    damage();
    const before = identity();
    await expect(again()).rejects.toMatchObject({
      name: 'Failure',
      code: 'trust-damaged',
      message: expect.stringContaining(path.dirname(file)) as string,
      next: expect.stringMatching(/\w/) as string,
    });
    expect(identity()).toEqual(before);
  });
});

it('says that it could not remember, and remembers until it ends', async () => {
  writeFileSync(folder, 'a file where the folder should be');
  const failure = await store.remember(known);
  expect(failure).toMatchObject({ code: 'not-remembered', detail: file });
  expect(await store.find(vault)).toEqual(known);
  const homeless = new TrustStore(null);
  expect(await homeless.find(vault)).toBeNull();
  expect(await homeless.remember(known)).toMatchObject({ code: 'not-remembered' });
  expect(await homeless.find(vault)).toEqual(known);
});
