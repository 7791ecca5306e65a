import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderFiles } from './folder-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'claviger-storage-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('adding to a file', () => {
  it('is refused if it was replaced by another file with the same content', async () => {
    const files = new FolderFiles(folder);
    const file = path.join(folder, 'ledger.jsonl');
    await files.writeSynced('ledger.jsonl', Buffer.from('one\n'));
    await files.append('ledger.jsonl', 4, Buffer.from('two\n'));
    renameSync(file, `${file}-away`);
    copyFileSync(`${file}-away`, file);
    const added = files.append('ledger.jsonl', 8, Buffer.from('three\n'));
    await expect(added).rejects.toThrow('ledger.jsonl is another file than before');
    expect(await readFile(file, 'utf8')).toBe('one\ntwo\n');
    renameSync(`${file}-away`, file);
    await files.append('ledger.jsonl', 8, Buffer.from('three\n'));
    expect(await readFile(file, 'utf8')).toBe('one\ntwo\nthree\n');
  });

  it('is refused if it is missing, and creates nothing', async () => {
    const files = new FolderFiles(folder);
    rmSync(folder, { recursive: true });
    const added = files.append('ledger.jsonl', 0, Buffer.from('one\n'));
    await expect(added).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
