import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { actions } from '../../shared/actions.ts';
import { actionName } from '../../shared/messages/actions.ts';

it('docs/ledger.md names every action in the words that people see', () => {
  const text = readFileSync(new URL('../../docs/ledger.md', import.meta.url), 'utf8');
  const section = text.slice(text.indexOf('\n## Actions\n'), text.indexOf('\n## Hashing\n'));
  const rows = [...section.matchAll(/^\| `([^`]+)` +\| ([^|]+?) +\|/gm)];
  expect(rows.map(([, action, words]) => [action, words])).toEqual(
    actions.map((action) => [action, actionName(action)]),
  );
});
