import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { documentOf } from '../support/documents.ts';
import { writeFile } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';

let vault: TestVault;
let out: string;
beforeAll(async () => {
  vault = await makeVault();
  out = join(vault.home, 'out');
  mkdirSync(out);
});
afterAll(() => vault.remove());

const state = (): string =>
  ['ledger.jsonl', 'checkpoint']
    .map((name) => readFileSync(join(vault.dir, name), 'utf8'))
    .join('');

it.each([
  ['the name of its CSV', ['a.csv', '--csv'], 'usage'],
  ['a name whose renderings could be those of another report', ['audit-1.1', '--csv'], 'usage'],
  ['no name at all', ['.json'], 'usage'],
  ['a missing folder', ['none/a.json'], 'io'],
  ['a folder that is a file', ['file/a.json'], 'io'],
  ['the name of another file', ['taken.json'], 'exists'],
  ['a name whose PDF already exists', ['paper.json', '--pdf'], 'exists'],
  ['the name of a dangling link', ['link.json'], 'exists'],
])(
  'a report with %s is refused before anything is signed',
  async (_, [name = '', ...more], code) => {
    for (const each of ['file', 'taken.json', 'paper.pdf']) {
      if (!existsSync(join(out, each))) writeFile(join(out, each), 'mine');
    }
    if (!readdirSync(out).includes('link.json'))
      symlinkSync('/nowhere/at/all', join(out, 'link.json'));
    const [before, files] = [state(), readdirSync(out)];
    const refused = await vault.cli.run(['report', '--out', join(out, name), ...more, '--json']);
    expect(documentOf('error', refused).error).toMatchObject({ code });
    expect(refused.code).not.toBe(0);
    expect(state()).toBe(before);
    expect(readdirSync(out)).toEqual(files);
  },
);
