import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { killAfter } from '../support/crashes.ts';
import { documentOf } from '../support/documents.ts';
import { seeded } from '../support/seeded.ts';
import { pathsIn } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';

const random = seeded();
let vault: TestVault;

beforeAll(async () => {
  vault = await makeVault();
});

afterAll(() => vault.remove());

it(`survives kill -9 while a key is created (seed ${random.seed})`, async () => {
  for (let round = 0; round < 8; round++) {
    const custody = round % 2 === 0 ? 'resident' : 'hsm-only';
    const name = `key ${round}`;
    const running = vault.cli.start(['key', 'create', name, '--custody', custody, '--json']);
    const killed = await killAfter(running, 150 + random.below(400));
    const { keys } = documentOf('keys', await vault.cli.run(['key', 'list', '--json']));
    const made = keys.some((key) => key.name === name);
    // A key that was confirmed exists; any other can be created again with the same name.
    if (killed.stdout.trim() !== '') expect(made).toBe(true);
    if (!made) await vault.createKey(name, custody, 'host');
    await vault.expectSound();
  }
});

it(`survives kill -9 while a vault is created (seed ${random.seed})`, async () => {
  for (let round = 0; round < 8; round++) {
    const dir = join(vault.home, `init-${round}`);
    const env = { CLAVIGER_VAULT: dir };
    const running = vault.cli.start(['init', '--evaluation', '--json'], { env });
    const killed = await killAfter(running, 100 + random.below(700));
    const listed = await vault.cli.run(['key', 'list', '--json'], { env });
    if (killed.stdout.trim() !== '') expect(listed.code).toBe(0);
    if (listed.code === 0) {
      const created = await vault.cli.run(['key', 'create', 'k', '--json'], { env });
      expect(created, created.stderr).toMatchObject({ code: 0 });
      expect(await vault.cli.run(['audit', 'verify'], { env })).toMatchObject({ code: 0 });
    } else {
      expect(documentOf('error', listed).error.code).toBe('vault-not-found');
      const again = await vault.cli.run(['init', '--evaluation', '--json'], { env });
      // The remains are never used as a vault, nor overwritten.
      if (again.code !== 0) expect(documentOf('error', again).error.code).toBe('vault-exists');
      else expect(pathsIn(dir).length).toBeGreaterThan(3);
    }
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
});
