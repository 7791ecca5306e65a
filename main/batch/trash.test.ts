import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FreedesktopTrash, withoutTrash } from './trash.ts';

let home: string;
let trash: FreedesktopTrash;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'claviger-trash-'));
  trash = new FreedesktopTrash({ HOME: home });
});
afterEach(() => rm(home, { recursive: true, force: true }));

const inTrash = (...parts: string[]): string =>
  path.join(home, '.local', 'share', 'Trash', ...parts);

it('moves a file to the trash of its user, from where it can be restored', async () => {
  const folder = path.join(home, 'Møller & Søn');
  await mkdir(folder);
  const file = path.join(folder, 'ü 100 %.txt');
  await writeFile(file, 'plain');
  expect(await trash.serves(folder)).toBe(true);
  await trash.take(file, file);
  expect(await readdir(folder)).toEqual([]);
  expect(await readFile(inTrash('files', 'ü 100 %.txt'), 'utf8')).toBe('plain');
  const info = await readFile(inTrash('info', 'ü 100 %.txt.trashinfo'), 'utf8');
  const [head, kept, date] = info.split('\n');
  expect(head).toBe('[Trash Info]');
  expect(decodeURIComponent(kept?.replace('Path=', '') ?? '')).toBe(file);
  expect(date).toMatch(/^DeletionDate=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
});

it('replaces nothing that is in the trash already, with or without its info file', async () => {
  await mkdir(inTrash('files'), { recursive: true });
  await writeFile(inTrash('files', 'a.txt'), 'stray');
  for (const content of ['first', 'second']) {
    const file = path.join(home, 'a.txt');
    await writeFile(file, content);
    await trash.take(file, file);
  }
  const names = (await readdir(inTrash('files'))).sort();
  const all = await Promise.all(names.map((name) => readFile(inTrash('files', name), 'utf8')));
  expect(all.sort()).toEqual(['first', 'second', 'stray']);
  expect(await readdir(inTrash('info'))).toHaveLength(2);
});

it('accepts a name of the maximum length', async () => {
  const file = path.join(home, 'ü'.repeat(127));
  await writeFile(file, 'plain');
  await trash.take(file, file);
  expect(await readdir(inTrash('files'))).toHaveLength(1);
  const [info] = await readdir(inTrash('info'));
  const content = await readFile(inTrash('info', info ?? ''), 'utf8');
  expect(decodeURIComponent(content)).toContain(file);
});

it('leaves nothing in the trash for a missing file', async () => {
  const gone = path.join(home, 'gone.txt');
  await expect(trash.take(gone, gone)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await readdir(home)).toEqual([]);
});

const mounts = process.platform === 'linux' && process.getuid?.() === 0;
it.runIf(mounts)('uses a trash on the disk of the file, and copies nothing across', async () => {
  const disk = path.join(home, 'disk');
  await mkdir(disk);
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', disk]);
  try {
    const file = path.join(disk, 'a', 'b.txt');
    await mkdir(path.dirname(file));
    await writeFile(file, 'plain');
    await trash.take(file, file);
    const place = path.join(disk, `.Trash-${process.getuid?.() ?? 0}`);
    expect(await readFile(path.join(place, 'files', 'b.txt'), 'utf8')).toBe('plain');
    const info = await readFile(path.join(place, 'info', 'b.txt.trashinfo'), 'utf8');
    expect(info).toContain('Path=a/b.txt');
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    expect(await trash.serves(disk)).toBe(false);
  } finally {
    execFileSync('umount', [disk]);
  }
});

it('says so if there is no trash', async () => {
  expect(await withoutTrash.serves(home)).toBe(false);
  await expect(withoutTrash.take(home, home)).rejects.toMatchObject({ code: 'usage' });
});
