import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookAtFolder } from '../store/folder/open-folder.ts';
import { translate, type Translated } from '../thread/testing/process-from.ts';
import { act, testContext } from './testing/context.ts';
import { createUnlocked } from './testing/sessions.ts';
import { verifyInThread } from './verify-in-thread.ts';
import { verifyLedger } from './verify.ts';

let folder: string;
let program: Translated;
let script: URL;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'claviger-aside-'));
  program = await translate(fileURLToPath(new URL('verify-thread.ts', import.meta.url)));
  script = pathToFileURL(program.path);
  const { vault } = await createUnlocked(folder, await testContext());
  const some = Array.from({ length: 500 }, (_, at) =>
    act('file.encrypt', `${'x'.repeat(20_000)} ${at}`),
  );
  await vault.record(some);
  await vault.close();
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await program.remove();
});

describe('verifying a ledger in a thread of its own', () => {
  it('finds the same, and reports progress', async () => {
    let bytes = 0;
    const onProgress = (more: number): void => void (bytes += more);
    const verdict = await verifyInThread(folder, { onProgress }, script);
    expect(verdict).toEqual(await verifyLedger(lookAtFolder(folder)));
    expect(verdict).toMatchObject({ size: 502, signed: 2, total: 0 });
    expect(bytes).toBeGreaterThan(4_000_000);
  });

  it('ends when it is cancelled', async () => {
    const controller = new AbortController();
    const ended = verifyInThread(folder, { signal: controller.signal }, script);
    controller.abort();
    await expect(ended).rejects.toMatchObject({ code: 'cancelled' });
    const { signal } = controller;
    await expect(verifyInThread(folder, { signal }, script)).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('passes on what goes wrong there', async () => {
    await expect(verifyInThread(path.join(folder, 'none'), {}, script)).rejects.toMatchObject({
      code: 'vault-not-found',
    });
    await expect(verifyInThread(folder, {}, new URL('none.js', script))).rejects.toThrow('none.js');
  });
});
