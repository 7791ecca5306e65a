import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const rules = fileURLToPath(new URL('../.dependency-cruiser.cjs', import.meta.url));
const cruiser = fileURLToPath(new URL('../node_modules/.bin/depcruise', import.meta.url));

let root = '';
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'claviger-borders-'));
});
afterAll(() => rm(root, { recursive: true }));

/** A little tree whose one file imports another, which exports `x`, or a module of Node. */
const judge = async (from: string, to: string): Promise<string> => {
  const tree = await mkdtemp(path.join(root, 'tree-'));
  const relative = path.relative(path.dirname(from), to);
  const near = relative.startsWith('.') ? relative : `./${relative}`;
  const isFile = to.startsWith('main/');
  const files = {
    [from]: `import { x } from '${isFile ? near : to}';\nexport const y = x;\n`,
    ...(isFile ? { [to]: 'export const x = 1;\n' } : {}),
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.join(tree, path.dirname(name)), { recursive: true });
    await writeFile(path.join(tree, name), text);
  }
  return new Promise((resolve) => {
    execFile(cruiser, ['--config', rules, 'main'], { cwd: tree }, (error, output) =>
      resolve(error === null ? 'fine' : output),
    );
  });
};

it.each([
  ['main/vault/vault.ts', 'main/ledger/index.ts'],
  ['main/cli/commands/key.ts', 'main/keys/index.ts'],
  ['main/desktop/work/work.ts', 'main/desktop/vault/index.ts'],
  ['main/desktop/work/work.ts', 'main/batch/index.ts'],
  ['main/cli.ts', 'main/cli/index.ts'],
  ['main/ledger/ledger.test.ts', 'main/vault/vault.ts'],
  ['main/store/folder/folder-files.ts', 'node:fs/promises'],
  ['main/audit/index-cache.ts', 'node:fs/promises'],
  ['main/reports/write-report-file.ts', 'node:fs/promises'],
])('%s may import %s', async (from, to) => {
  expect(await judge(from, to)).toBe('fine');
});

it.each([
  ['upward', 'main/ledger/ledger.ts', 'main/vault/index.ts', 'ledger-imports-downward'],
  ['upward, a type', 'main/engine/api.ts', 'main/batch/index.ts', 'engine-imports-downward'],
  ['from one face to the other', 'main/cli/main.ts', 'main/desktop/app/index.ts', 'cli-imports'],
  ['between places', 'main/desktop/work/work.ts', 'main/desktop/audit/index.ts', 'work-imports'],
  ['past the door', 'main/vault/vault.ts', 'main/ledger/ledger.ts', 'by-the-door'],
  ['past the door of a root', 'main/cli.ts', 'main/cli/main.ts', 'roots-by-the-door'],
  ['past a door', 'main/desktop/work/work.ts', 'main/batch/plan.ts', 'by-the-door-of-a-place'],
  ['from a folder that has no place', 'main/custom/x.ts', 'main/batch/index.ts', 'known-folder'],
  ['of files', 'main/vault/verify.ts', 'node:fs', 'files-behind-the-store'],
  ['of files', 'main/ledger/ledger.ts', 'node:fs/promises', 'files-behind-the-store'],
  ['its own door', 'main/ledger/ledger.ts', 'main/ledger/index.ts', 'own-door-is-for-others'],
])('an import %s is refused: %s → %s', async (_, from, to, rule) => {
  expect(await judge(from, to)).toContain(rule);
});
