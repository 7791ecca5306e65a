import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import * as v from 'valibot';
import { storedBatchSchema } from '../../shared/batch.ts';
import { fileIdentityOf } from '../engine/index.ts';
import { DiskModel } from '../store/testing/disk-model.ts';
import { testContext } from '../vault/testing/context.ts';
import { createUnlocked } from '../vault/testing/sessions.ts';
import { BatchFolders } from './folders.ts';
import { deleteOriginals } from './originals.ts';
import { FreedesktopTrash } from './trash.ts';

/** Whole seconds, which can be set again. */
const TIME = 1_700_000_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'claviger-originals-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Deletes an original that was encrypted and read back; `meanwhile` comes before the deletion. */
const deleted = async (meanwhile: (file: string) => void): Promise<string | null> => {
  const { vault } = await createUnlocked(new DiskModel(), await testContext());
  const input = path.join(folder, 'a.txt');
  writeFileSync(input, 'first');
  utimesSync(input, TIME, TIME);
  const source = fileIdentityOf({ stats: await lstat(input, { bigint: true }) });
  const file = { index: 0, input, output: `${input}.clv`, size: 5 };
  const batch = v.parse(storedBatchSchema, {
    ...{ id: 'e'.repeat(32), kind: 'encrypt', conflict: 'keep-both', keys: [] },
    ...{ deleteOriginals: true, files: [file] },
  });
  const done = {
    outcome: 'done',
    index: 0,
    bytes: 5,
    encryptedBytes: 1,
    digest: { algorithm: 'sha256', hex: '' },
  } as const;
  const outcome = await deleteOriginals({
    ...{ batch, vault, folders: new BatchFolders([]), trash: new FreedesktopTrash({}) },
    originals: [{ file, encryptedBytes: 1, source }],
    readBack: () => {
      meanwhile(input);
      return Promise.resolve([{ ...done, keys: [], source, name: null }]);
    },
  });
  await vault.close();
  return outcome.get(0)?.code ?? null;
};

it('deletes the very file that was encrypted', async () => {
  expect(await deleted(() => undefined)).toBe(null);
  expect(readdirSync(folder)).toEqual([]);
});

it('keeps one that was written in place, also with its size and its time as they were', async () => {
  const code = await deleted((file) => {
    writeFileSync(file, 'other');
    // As `touch -r` does it: only the time that the system itself keeps tells.
    utimesSync(file, TIME, TIME);
  });
  expect(code).toBe('source-changed');
  expect(readdirSync(folder)).toEqual(['a.txt']);
});
