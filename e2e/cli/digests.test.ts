import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { batchDone } from '../support/batches.ts';
import { seeded } from '../support/seeded.ts';
import { digestOfFile, writeFile } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';

const MIB = 1024 * 1024;
const page = readFileSync(new URL('../../docs/ledger.md', import.meta.url), 'utf8');
const section = page.slice(page.indexOf('## Digests of files'));
/** What the page tells its readers to run: Python, and the shell. */
const [python = '', shell = ''] = [...section.matchAll(/```\w+\n([^`]+)```/g)].map(
  ([, code]) => code,
);

let vault: TestVault;
beforeAll(async () => {
  vault = await makeVault();
  await vault.createKey('host', 'hsm-only', 'host');
  await vault.createKey('token', 'hsm-only', 'token');
});
afterAll(() => vault.remove());

const asDocumented = (file: string): string[] =>
  [
    execFileSync('python3', ['-c', python], {
      encoding: 'utf8',
      env: { ...process.env, FILE: file },
    }),
    execFileSync('bash', ['-c', shell], { encoding: 'utf8', env: { ...process.env, FILE: file } }),
  ].map((said) => /[0-9a-f]{64}/.exec(said)?.[0] ?? said);

it.each(['host', 'token'])(
  'receipts of large files can be checked as documented (%s)',
  async (key) => {
    const sizes = { small: 3 * MIB, large: 9 * MIB + 5, whole: 16 * MIB };
    const files = Object.entries(sizes).map(([name, size]) =>
      writeFile(join(vault.home, key, name), seeded(size).bytes(size)),
    );
    const receipts = await batchDone(vault.cli, ['encrypt', '--key', key, ...files]);
    const algorithms = receipts.map(({ digest }) => digest?.algorithm);
    expect(algorithms).toEqual(['sha256', 'sha256-4m', 'sha256-4m']);
    for (const { output, digest } of receipts) {
      const sealed = output ?? '';
      expect(digest).toEqual(digestOfFile(sealed));
      const record = vault.records().findLast(({ subject }) => subject['output'] === sealed);
      expect(record?.details[digest?.algorithm ?? '']).toBe(digest?.hex);
      if (digest?.algorithm === 'sha256-4m')
        expect(asDocumented(sealed)).toEqual([digest.hex, digest.hex]);
      const [verified] = await batchDone(vault.cli, ['verify', sealed]);
      const [opened] = await batchDone(vault.cli, [
        'decrypt',
        '--out',
        join(vault.home, 'out'),
        sealed,
      ]);
      expect([verified?.digest, opened?.digest]).toEqual([digest, digest]);
    }
  },
);
