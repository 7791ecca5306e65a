import { linkSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { batch } from '../support/batches.ts';
import { documentOf } from '../support/documents.ts';
import { mayMount, type Mount, mountAgain } from '../support/mounts.ts';
import { filesIn, writeFile } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';

/** The vault's own files are never an input or an output, by whatever path they are reached. */

let vault: TestVault;
const mounts: Mount[] = [];

beforeAll(async () => {
  vault = await makeVault();
  await vault.createKey('k', 'hsm-only', 'host');
});

afterAll(() => {
  for (const mount of mounts.reverse()) mount.unmount();
  vault.remove();
});

/** Paths to the vault, or to a folder in it. */
interface Way {
  readonly home: string;
  readonly own: string;
}

const ways: readonly (readonly [string, boolean, () => Way])[] = [
  [
    'a link',
    true,
    () => {
      symlinkSync(vault.home, join(vault.home, 'link'));
      return { home: join(vault.home, 'link', 'vault'), own: join(vault.home, 'link', 'vault') };
    },
  ],
  [
    'a bind mount of the folder above',
    mayMount,
    () => {
      const home = join(vault.home, 'bind');
      mounts.push(mountAgain(vault.home, home));
      return { home, own: join(home, 'vault') };
    },
  ],
  [
    'a bind mount of a folder of the vault',
    mayMount,
    () => {
      const own = join(vault.home, 'bind-token');
      mounts.push(mountAgain(join(vault.dir, 'token'), own));
      return { home: own, own };
    },
  ],
];

it.for(ways)(
  '%s gives access to no input and no output',
  async ([name, isPossible, make], { skip }) => {
    skip(!isPossible, 'only root may mount');
    const { home, own } = make();
    const out = join(vault.home, `out of ${name}`);
    const before = readdirSync(vault.dir).sort();

    const args = ['encrypt', '--key', 'k', '--delete-originals', '--out', out, home];
    const { files } = await batch(vault.cli, args);
    const ofVault = files.filter(({ input }) => input.startsWith(own));
    expect(ofVault.length).toBeGreaterThan(0);
    for (const { outcome, reason } of ofVault) {
      expect(outcome).toBe('skipped');
      expect(reason?.cause).toBe('This file belongs to the open vault.');
    }

    const plain = writeFile(join(vault.home, 'plain', 'a.txt'), 'a');
    for (const refused of [
      ['encrypt', '--key', 'k', '--out', join(own, 'out'), plain],
      ['encrypt', '--key', 'k', '--conflict', 'replace', '--out', own, plain],
      ['report', '--out', join(own, 'report.json')],
      ['checkpoint', 'write', own],
    ]) {
      const result = await vault.cli.run([...refused, '--json']);
      expect(documentOf('error', result).error.cause, result.stderr).toMatch(/is in the vault/);
      expect(result.code).toBe(2);
    }
    expect(readdirSync(vault.dir).sort()).toEqual(before);
    expect(filesIn(vault.dir).filter((file) => /\.(clv|json|checkpoint)$/.test(file))).toEqual([]);
    await vault.expectSound();
  },
);

it('a hard link to a file of the vault is not an input', async () => {
  const link = join(vault.home, 'linked', 'keys');
  mkdirSync(join(vault.home, 'linked'));
  const object = filesIn(vault.tokenDir)[0] ?? '';
  linkSync(object, link);
  const { code, files } = await batch(vault.cli, ['encrypt', '--key', 'k', link]);
  expect(code).toBe(1);
  expect(files).toMatchObject([
    { outcome: 'failed', reason: { cause: 'This file belongs to the open vault.' } },
  ]);
});
