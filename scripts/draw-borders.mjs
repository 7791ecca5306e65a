/*
 * Draws which folders of main/ import which, into docs/architecture.md. Arrows that follow from
 * others are left out. With --check it only says whether the picture is up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cruise } from 'dependency-cruiser';
import { format, resolveConfig } from 'prettier';

const page = fileURLToPath(new URL('../docs/architecture.md', import.meta.url));
const BEGIN = '<!-- drawn by npm run borders:draw -->';
const END = '<!-- end of the drawing -->';

const folderOf = (file) => /^main\/([^/]+)\//.exec(file)?.[1] ?? null;

const { output } = await cruise(['main'], {
  includeOnly: '^main/',
  exclude: '\\.test\\.ts$|/testing/',
  tsPreCompilationDeps: true,
  enhancedResolveOptions: { extensions: ['.ts'] },
});

/** Folder → folders that it imports. */
const imports = new Map();
for (const { source, dependencies } of output.modules) {
  const from = folderOf(source);
  if (from === null) continue;
  const to = imports.get(from) ?? new Set();
  imports.set(from, to);
  for (const { resolved } of dependencies) {
    const folder = folderOf(resolved);
    if (folder !== null && folder !== from) to.add(folder);
  }
}

const reaches = (from, to, seen = new Set()) => {
  if (seen.has(from)) return false;
  seen.add(from);
  return [...(imports.get(from) ?? [])].some((next) => next === to || reaches(next, to, seen));
};

const lines = [...imports].flatMap(([from, to]) =>
  [...to]
    .filter((folder) => ![...to].some((other) => other !== folder && reaches(other, folder)))
    .map((folder) => `  ${from} --> ${folder}`),
);

const drawing = ['```mermaid', 'flowchart TD', ...lines.sort(), '```'].join('\n');
const text = readFileSync(page, 'utf8');
const [before, rest] = text.split(BEGIN);
const after = rest.split(END)[1];
const options = await resolveConfig(page);
const next = await format(`${before}${BEGIN}\n\n${drawing}\n\n${END}${after}`, {
  ...options,
  filepath: page,
});

if (next === text) process.exit(0);
if (process.argv.includes('--check')) {
  process.stderr.write(
    'The picture in docs/architecture.md is out of date: run npm run borders:draw.\n',
  );
  process.exit(1);
}
writeFileSync(page, next);
