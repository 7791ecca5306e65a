import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { batch, batchDone } from '../support/batches.ts';
import { readClv } from '../support/clv.ts';
import { documentOf } from '../support/documents.ts';
import { forgetFiles, imageNames, type Mount, mountImage, whyNoImage } from '../support/mounts.ts';
import { until } from '../support/processes.ts';
import { filesIn, partsIn, writeFile } from '../support/trees.ts';
import { makeVault, PIN, type TestVault } from '../support/vaults.ts';

/** Disks that ignore case, as USB sticks do; exFAT has no hard links either. */

const COUNT = 10;
const lookAt = (file: string): void => void statSync(file, { throwIfNoEntry: false });
const STEPS = fileURLToPath(new URL('../support/replacing-steps.mjs', import.meta.url));
const SPY = fileURLToPath(new URL('../support/failing-disk.mjs', import.meta.url));

describe.each(imageNames)('%s', (name) => {
  const reason = whyNoImage(name);
  let vault: TestVault;
  let stick: Mount;
  let plain = '';
  let round = 0;
  const at = (...names: string[]): string => join(stick.folder, String(round), ...names);

  beforeAll(async () => {
    if (reason !== null) return;
    vault = await makeVault();
    await vault.createKey('k', 'hsm-only', 'host');
    stick = mountImage(name, join(vault.home, 'stick'), 64);
  });

  afterAll(() => {
    if (reason !== null) return;
    stick.unmount();
    vault.remove();
  });

  beforeEach(({ skip }) => {
    skip(reason !== null, reason ?? '');
    round++;
    plain = join(vault.home, `plain-${round}`);
    for (let n = 0; n < COUNT; n++) {
      writeFile(join(plain, `F${n}.txt`), `upper ${n}`);
      writeFile(join(plain, `f${n}.txt`), `lower ${n}`);
    }
  });

  const contents = (folder: string): string[] =>
    filesIn(folder)
      .map((file) => readFileSync(file, 'utf8'))
      .sort();

  it('gets one output for each file, encrypting and decrypting, and keeps its other files', async () => {
    const before = contents(plain);
    writeFile(at('sealed', basename(plain), 'F3.TXT.clv'), 'an older file');
    const args = ['encrypt', '--key', 'k', '--delete-originals', '--out', at('sealed'), plain];
    await batchDone(vault.cli, args);
    expect(filesIn(plain)).toEqual([]);
    const sealed = filesIn(at('sealed'));
    expect(sealed).toHaveLength(2 * COUNT + 1);
    expect(contents(at('sealed'))).toContain('an older file');
    const opening = sealed.filter((file) => readFileSync(file, 'utf8') !== 'an older file');
    await batchDone(vault.cli, ['decrypt', '--out', at('opened'), ...opening]);
    expect(contents(at('opened'))).toEqual(before);
    await vault.expectSound();
  });

  it('has its files rewrapped, also after a crash, and nothing else is left', async () => {
    await batchDone(vault.cli, ['encrypt', '--key', 'k', '--out', at('sealed'), plain]);
    const sealed = filesIn(at('sealed'));
    expect(await vault.cli.run(['key', 'rotate', 'k'])).toMatchObject({ code: 0 });
    const env = {
      NODE_OPTIONS: `--import=${STEPS}`,
      CLAVIGER_STEP_LOG: join(vault.home, 'steps'),
      CLAVIGER_KILL_AT: 'rename before 5',
    };
    const killed = await vault.cli.run(['rewrap', at('sealed')], { env });
    expect(killed.signal).toBe('SIGKILL');
    const claims = partsIn(at('sealed')).filter((file) => file.endsWith('.lock'));
    expect(claims.length).toBeGreaterThan(0);
    const resumed = await vault.cli.run(['resume']);
    expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
    expect(filesIn(at('sealed'))).toEqual(sealed);
    const [newest = 0] = sealed.map((file) => readClv(file).slots[0]?.version ?? 0);
    for (const file of sealed) expect(readClv(file).slots).toMatchObject([{ version: newest }]);
    expect(newest).toBeGreaterThan(1);
    await batchDone(vault.cli, ['decrypt', '--out', at('opened'), at('sealed')]);
    expect(contents(at('opened'))).toEqual(contents(plain));
    await vault.expectSound();
  });

  it.each(['replace', 'skip'])(
    '%s: of two outputs with one name one is a collision, and its original stays',
    async (rule) => {
      const args = ['encrypt', '--key', 'k', '--conflict', rule, '--delete-originals'];
      const { code, files } = await batch(vault.cli, [...args, '--out', at('sealed'), plain]);
      expect(code).toBe(1);
      const failed = files.filter(({ outcome }) => outcome === 'failed');
      expect(failed.map((file) => file.reason?.code)).toEqual(Array(COUNT).fill('collision'));
      expect(filesIn(plain)).toEqual(failed.map(({ input }) => input).sort());
      expect(filesIn(at('sealed'))).toHaveLength(COUNT);
      await batchDone(vault.cli, ['verify', at('sealed')]);
    },
  );

  /** Runs a batch that waits for its PIN after planning, while something else happens. */
  const afterPlan = async (args: readonly string[], meanwhile: () => void): Promise<void> => {
    const pin = join(vault.home, `pin-${round}`);
    execFileSync('mkfifo', ['-m', '600', pin]);
    const running = vault.cli.start([...args, '--pin-file', pin], {
      env: { CLAVIGER_PIN: undefined },
    });
    await until(() => running.stderrSoFar().includes('free'));
    meanwhile();
    writeFileSync(pin, PIN);
    const { code, stderr } = await running.result;
    expect(code, stderr).toBe(0);
  };

  it('keeps a file that has appeared with the name of an output since the plan', async () => {
    writeFile(at('sealed', 'older'), 'older');
    const theirs = at('sealed', 'F0.TXT.clv');
    const args = ['encrypt', '--key', 'k', '--out', at('sealed'), join(plain, 'f0.txt')];
    await afterPlan(args, () => void writeFile(theirs, 'theirs'));
    expect(readFileSync(theirs, 'utf8')).toBe('theirs');
    expect(filesIn(at('sealed'))).toContain(at('sealed', 'f0 (2).txt.clv'));
  });

  it('may renumber its files at any time, and they still count as the planned ones', async () => {
    for (const file of filesIn(plain)) writeFile(at('plain', `${basename(file)} x`), 'x');
    const args = ['encrypt', '--key', 'k', '--out', at('sealed'), at('plain')];
    await afterPlan(args, forgetFiles);
    expect(filesIn(at('sealed'))).toHaveLength(filesIn(at('plain')).length);
  });

  // NTFS has hard links: nothing is claimed there.
  it.skipIf(name === 'NTFS')(
    'loses no output, and leaves nothing, if power is lost after a name was claimed',
    async () => {
      const env = { NODE_OPTIONS: `--import=${SPY}`, CLAVIGER_DISK_FAULT: 'end after claim' };
      const args = ['encrypt', '--json', '--key', 'k', '--out', at('sealed'), plain];
      const killed = await vault.cli.run(args, { env });
      expect(killed.signal).toBe('SIGKILL');
      const claimed = filesIn(at('sealed')).filter((file) => file.endsWith('.clv'));
      expect(claimed).toHaveLength(1);
      // As a file manager may. FUSE caches sizes by name for a second, so each size is used twice.
      for (const file of filesIn(plain))
        lookAt(at('sealed', basename(plain), `${basename(file)}.clv`));
      const resumed = await vault.cli.run(['resume', '--json']);
      expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
      const [only] = documentOf('resumed', resumed).batches;
      expect(only?.files.map(({ outcome }) => outcome)).toEqual(Array(2 * COUNT).fill('done'));
      expect(filesIn(at('sealed'))).toHaveLength(2 * COUNT);
      expect(partsIn(at('sealed'))).toEqual([]);
      await batchDone(vault.cli, ['verify', at('sealed')]);
    },
  );
});
