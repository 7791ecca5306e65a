import * as v from 'valibot';
import { expect, it } from 'vitest';
import { issueWords } from './index.ts';

const schema = v.strictObject({
  seq: v.number(),
  actor: v.strictObject({ user: v.string() }),
  time: v.pipe(
    v.string(),
    v.check((text) => text !== '', 'must be a time'),
  ),
});
const right = { seq: 1, actor: { user: 'officer' }, time: 'now' };

it.each([
  [{ ...right, extra: 1 }, 'extra does not belong there'],
  [{ ...right, actor: {} }, 'actor.user is missing'],
  [{ ...right, seq: '1' }, 'seq: expected number, found "1"'],
  [{ ...right, time: '' }, 'time: must be a time'],
  [7, 'the line: expected Object, found 7'],
])('says what is wrong with %j', (value, words) => {
  const [issue] = v.safeParse(schema, value, { abortEarly: true }).issues ?? [];
  expect(issue === undefined ? '' : issueWords(issue, 'the line')).toBe(words);
});
