import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mayMount, mountSmallDisk } from '../support/mounts.ts';
import { filesIn, writeFile } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';

/** Runs the command line with its outputs where a shell puts them. */
const redirected = (redirection: string): { readonly through: readonly string[] } => ({
  through: ['sh', '-c', `exec "$@" ${redirection}`, 'sh'],
});

describe('output that cannot be printed is a failure with a message', () => {
  let vault: TestVault;

  beforeAll(async () => {
    vault = await makeVault();
    await vault.createKey('k', 'hsm-only', 'host');
  });

  afterAll(() => vault.remove());

  it.each(['key list', 'key list --json', 'audit verify', 'checkpoint show --json'])(
    '%s',
    async (command) => {
      const result = await vault.cli.run(command.split(' '), redirected('> /dev/full'));
      expect(result.code).toBe(1);
      expect(result.stderr).toContain('The result could not be written: the disk is full.');
      expect(result.stderr).not.toMatch(/\n\s+at /);
    },
  );

  it.skipIf(!mayMount)('on a disk that has space for only a part of it', async () => {
    for (let n = 0; n < 40; n += 1) await vault.cli.run(['key', 'show', 'none']);
    const disk = mountSmallDisk(join(vault.home, 'small'), 1);
    try {
      const file = join(disk.folder, 'audit.json');
      // Only half a page is free: the end of the document does not fit.
      writeFile(join(disk.folder, 'taken'), Buffer.alloc(1024 * 1024 - 4096));
      const result = await vault.cli.run(
        ['audit', 'list', '--limit', '5000', '--json'],
        redirected(`> "${file}"`),
      );
      expect(readFileSync(file)).toHaveLength(4096);
      expect(result.code).toBe(1);
      expect(result.stderr).toContain('The result could not be written: the disk is full.');
    } finally {
      disk.unmount();
    }
  });

  it('also for the text on standard error, and the work continues to its end', async () => {
    const plain = writeFile(join(vault.home, 'words', 'a.txt'), 'x');
    const out = join(vault.home, 'words-out');
    const args = ['encrypt', '--key', 'k', '--out', out, plain, join(vault.home, 'words')];
    const result = await vault.cli.run(args, redirected('2> /dev/full'));
    expect(result.code).toBe(1);
    expect(result.stdout).toContain('1 file encrypted');
    expect(filesIn(out).filter((each) => each.endsWith('.clv'))).toHaveLength(1);
  });

  it('keeps the exit code of a command that failed for another reason', async () => {
    const result = await vault.cli.run(
      ['key', 'show', 'none', '--json'],
      redirected('> /dev/full'),
    );
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('The result could not be written: the disk is full.');
  });
});
