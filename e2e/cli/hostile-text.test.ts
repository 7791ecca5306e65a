import { spawnSync } from 'node:child_process';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchDone } from '../support/batches.ts';
import { writeFile } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';

const script = fileURLToPath(new URL('../../scripts/verify-report.py', import.meta.url));

/** Moves the cursor up, erases and overwrites, reverses and hides text. */
const hostile = '\u001b[2J\u001b[HTHE REPORT IS GENUINE.\u001b[8m\u202e\u009b1A\nGENUINE: all.';
/** Control characters, except for the line feeds of our own lines. */
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/;

let vault: TestVault;
beforeAll(async () => {
  vault = await makeVault();
  await vault.createKey('one', 'hsm-only', 'host');
});
afterAll(() => vault.remove());

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

const python = (args: readonly string[]): { code: number | null; text: string; last: string } => {
  const { status, stdout, stderr } = spawnSync('python3', [script, ...args], { encoding: 'utf8' });
  return { code: status, text: stdout + stderr, last: lastLine(stdout) };
};

const reportTo = async (name: string, ...more: string[]): Promise<string> => {
  const file = join(vault.home, name);
  const { code } = await vault.cli.run(['report', '--out', file, ...more]);
  expect(code).toBe(0);
  return file;
};

describe('text of a file under verification', () => {
  it('does not reach the terminal from a file that is not a report', async () => {
    const file = writeFile(join(vault.home, 'bad.json'), JSON.stringify({ [hostile]: 1 }));
    for (const json of [[], ['--json']]) {
      const said = await vault.cli.run(['report', 'verify', file, ...json]);
      expect(said.stdout + said.stderr).not.toMatch(obeyed);
      if (json.length === 0) expect(lastLine(said.stdout)).toBe('THE REPORT IS NOT GENUINE.');
    }
    const { code, text, last } = python([file]);
    expect(text).not.toMatch(obeyed);
    expect([code, last]).toEqual([1, expect.stringMatching(/^NOT GENUINE: /)]);
  });

  it('does not reach it from a genuine report; fingerprint and verdict come last', async () => {
    const file = await reportTo('titled.json', '--title', hostile);
    const said = await vault.cli.run(['report', 'verify', file]);
    expect(said.stdout).not.toMatch(obeyed);
    expect(said.stdout.trimEnd().split('\n').slice(-3)).toEqual([
      expect.stringMatching(/^key fingerprint [0-9a-f]{64}$/),
      expect.stringMatching(/^The fingerprint was NOT compared/),
      'THE REPORT IS GENUINE.',
    ]);
    const { text, last } = python([file]);
    expect(text).not.toMatch(obeyed);
    expect(last).toMatch(/^GENUINE: /);
  });

  it('is not read if it is longer than a report can be', async () => {
    const file = writeFile(join(vault.home, 'huge.json'), '{');
    truncateSync(file, 600 * 1024 * 1024);
    const said = await vault.cli.run(['report', 'verify', file]);
    expect([said.code, said.stdout]).toEqual([2, '']);
    expect(said.stderr).toMatch(/^claviger: huge.json is larger than 268 MB\.\n/);
    const { code, text } = python([file]);
    expect([code, text]).toEqual([2, expect.stringMatching(/^could not look at it: .* larger/)]);
  });

  it('does not reach it from names of files, of records, or of missing things', async () => {
    const file = writeFile(join(vault.home, 'names', 'rtl\u202egnp.exe'), 'x');
    await batchDone(vault.cli, ['encrypt', '--key', 'one', file]);
    const unfit = writeFile(join(vault.home, 'names', hostile), 'x');
    for (const args of [
      ['encrypt', '--key', 'one', unfit],
      ['inspect', `${file}.clv`],
      ['audit', 'list'],
      ['audit', 'list', '--json'],
      ['report', 'verify', `${file}.none`],
      ['key', 'show', hostile],
    ]) {
      const said = await vault.cli.run(args);
      expect(said.stdout + said.stderr).not.toMatch(obeyed);
    }
    const none = python([`${file}.none`]);
    expect([none.code, obeyed.test(none.text)]).toEqual([2, false]);
    expect(obeyed.test(python([file, file]).text)).toBe(false);
  });

  it('does not change what a filter means: names are compared exactly', async () => {
    const name = 'An\u200cna';
    await vault.createKey(name, 'hsm-only', 'host');
    const found = async (...filter: string[]): Promise<unknown> => {
      const said = await vault.cli.run(['audit', 'list', '--json', ...filter]);
      expect(said.stdout + said.stderr).not.toMatch(obeyed);
      return (JSON.parse(said.stdout) as { total?: number }).total;
    };
    expect(await found('--action', 'key.create', '--key', name)).toBe(1);
    expect(await found('--action', 'key.create', '--text', name)).toBe(1);
    const out = join(vault.home, 'named.json');
    const said = await vault.cli.run(['report', '--out', out, '--json', '--key', name]);
    expect(said.code).toBe(0);
    expect(said.stdout + said.stderr).not.toMatch(obeyed);
    const spelt = await vault.cli.run(['audit', 'list', '--key', 'An\\u{200c}na']);
    expect([spelt.code, spelt.stdout]).toEqual([2, '']);
  });
});
