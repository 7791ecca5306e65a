import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderStorage } from './folder-storage.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'claviger-storage-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('adding to a file', () => {
  it('is refused where another file of the same content took its place', async () => {
    const storage = new FolderStorage(folder);
    const file = path.join(folder, 'ledger.jsonl');
    await storage.writeSynced('ledger.jsonl', Buffer.from('one\n'));
    await storage.append('ledger.jsonl', 4, Buffer.from('two\n'));
    renameSync(file, `${file}-away`);
    copyFileSync(`${file}-away`, file);
    const added = storage.append('ledger.jsonl', 8, Buffer.from('three\n'));
    await expect(added).rejects.toThrow('ledger.jsonl is another file than before');
    expect(await readFile(file, 'utf8')).toBe('one\ntwo\n');
    renameSync(`${file}-away`, file);
    await storage.append('ledger.jsonl', 8, Buffer.from('three\n'));
    expect(await readFile(file, 'utf8')).toBe('one\ntwo\nthree\n');
  });

  it('is refused where it is gone, and makes nothing', async () => {
    const storage = new FolderStorage(folder);
    rmSync(folder, { recursive: true });
    const added = storage.append('ledger.jsonl', 0, Buffer.from('one\n'));
    await expect(added).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
