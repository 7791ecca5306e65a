import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Draft } from './draft.ts';

let folder: string;
let draft: Draft;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'claviger-draft-'));
  draft = new Draft();
});
afterEach(() => rm(folder, { recursive: true }));

const place = (name: string): string => path.join(folder, name);

it('counts what is in a folder: files, bytes, and those that are encrypted', async () => {
  await mkdir(place('Q3/Nordwind'), { recursive: true });
  await writeFile(place('Q3/a.txt'), 'first');
  await writeFile(place('Q3/Nordwind/b.txt.clv'), 'second');
  await symlink('a.txt', place('Q3/link'));
  const { items } = await draft.add([place('Q3')]);
  expect(items).toMatchObject([
    { name: 'Q3', path: place('Q3'), folder: true, files: 2, encrypted: 1, bytes: 11 },
  ]);
  expect(items[0]?.id).toMatch(/^[0-9a-f]{32}$/);
});

it('adds each file once, however its path is written', async () => {
  await writeFile(place('a.txt'), 'first');
  await draft.add([place('a.txt'), `${folder}/./a.txt`]);
  expect((await draft.add([place('a.txt')])).items).toHaveLength(1);
});

it('shows what cannot be read, for the plan to say why', async () => {
  const { items } = await draft.add([place('gone.txt')]);
  expect(items).toMatchObject([{ name: 'gone.txt', folder: false, files: 0, bytes: 0 }]);
});

it('refuses what is not from a disk, and then adds nothing', async () => {
  await writeFile(place('a.txt'), 'first');
  await expect(draft.add([place('a.txt'), ''])).rejects.toMatchObject({ code: 'invalid-request' });
  expect(draft.view().items).toEqual([]);
});

it('drops what is removed, and everything when cleared', async () => {
  await writeFile(place('a.txt'), '');
  await writeFile(place('b.txt'), '');
  const { items } = await draft.add([place('a.txt'), place('b.txt')]);
  draft.remove([items[0]?.id ?? '', 'f'.repeat(32)]);
  expect(draft.paths).toEqual([place('b.txt')]);
  expect(draft.clear().items).toEqual([]);
});
