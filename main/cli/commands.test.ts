import { expect, test } from 'vitest';
import { commands, loadAll } from './commands.ts';

test('every command is found under its own name', async () => {
  const loaded = await loadAll(commands);
  expect(loaded.map(({ name }) => name)).toEqual(commands.map(({ name }) => name));
});

test('a name that starts with another one is looked up first', () => {
  const names = commands.map(({ name }) => name);
  for (const [at, name] of names.entries())
    expect(names.slice(at + 1).filter((later) => later.startsWith(`${name} `))).toEqual([]);
});
