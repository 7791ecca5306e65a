import { expect, it } from 'vitest';
import { actions } from '../actions.ts';
import { actionName } from './actions.ts';

it('names every action differently', () => {
  const names = actions.map(actionName);
  expect(new Set(names).size).toBe(actions.length);
  for (const name of names) expect(name).toMatch(/^[A-Z][a-z]+( [a-z]+| PIN)*$/);
});

it.each(['quorum.grant', 'toString', '__proto__', ''])('leaves %j as it is', (action) => {
  expect(actionName(action)).toBe(action);
});
