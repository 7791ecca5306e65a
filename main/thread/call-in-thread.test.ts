import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callInThread } from './call-in-thread.ts';

interface NoCalls {
  anything: (input: null) => null;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'claviger-thread-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const call = (program: string): Promise<null> => {
  const file = path.join(folder, 'thread.mjs');
  writeFileSync(file, program);
  return callInThread<NoCalls, 'anything'>(pathToFileURL(file), 'anything', null);
};

describe('a thread that ends without an answer', () => {
  it('is reported', async () => {
    await expect(call('process.exit(3)')).rejects.toMatchObject({ code: 'worker-lost' });
  });

  it('because of too little memory is reported as that', async () => {
    const hungry = `
      throw Object.assign(new Error('heap'), { code: 'ERR_WORKER_OUT_OF_MEMORY' });`;
    await expect(call(hungry)).rejects.toThrow('needs more memory');
  });

  it('because of a bug shows that bug', async () => {
    await expect(call('throw new Error("a bug")')).rejects.toThrow('a bug');
  });
});
