import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulks } from '../../shared/keys.ts';
import { documentOf } from '../support/documents.ts';
import { OtherSoftware } from '../support/other-software.ts';
import { snapshotOf, writeFile } from '../support/trees.ts';
import { makeVault, type TestVault, usualTokens } from '../support/vaults.ts';

describe.each(usualTokens)('a resident key on %s', (token) => {
  let vault: TestVault;
  let other: OtherSoftware;

  beforeAll(async () => {
    vault = await makeVault(token);
    for (const bulk of bulks) await vault.createKey(bulk, 'resident', bulk);
    await vault.createKey('second', 'hsm-only', 'host');
    other = await OtherSoftware.open(vault);
  });
  afterAll(() => vault.remove());

  it.each(bulks)(
    'that somebody replaced in the token (%s) is refused before anything is encrypted',
    async (bulk) => {
      const before = writeFile(join(vault.home, bulk, 'before.txt'), 'one');
      const after = writeFile(join(vault.home, bulk, 'after.txt'), 'two');
      const old = await vault.cli.run(['encrypt', '--key', bulk, before]);
      expect(old, old.stderr).toMatchObject({ code: 0 });

      other.exchange(bulk);
      const untouched = snapshotOf(join(vault.home, bulk));
      for (const args of [
        ['encrypt', '--key', bulk, after],
        ['verify', `${before}.clv`],
        ['decrypt', '--out', join(vault.home, 'out'), `${before}.clv`],
      ]) {
        const refused = await vault.cli.run([...args, '--json']);
        expect(refused.code, refused.stdout).not.toBe(0);
        expect(refused.stdout).toContain('proof-failed');
        expect(refused.stderr).toContain('verification failed');
        expect(snapshotOf(join(vault.home, bulk))).toEqual(untouched);
      }
      await vault.expectSound();
    },
  );

  it('is never reported as verified without the token', async () => {
    const listed = await vault.cli.run(['key', 'list']);
    expect(listed.stdout).not.toContain('verified');
    expect(listed.stdout).toContain('none (proof tried at each use)');
    const { keys } = documentOf('keys', await vault.cli.run(['key', 'list', '--json']));
    expect(keys.filter(({ kcv }) => kcv === null)).toHaveLength(bulks.length);
  });
});
