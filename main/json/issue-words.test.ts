import * as v from 'valibot';
import { expect, it } from 'vitest';
import { utcTimeSchema } from '../../shared/time.ts';
import { issueWords } from './index.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(9));
const schema = v.strictObject({
  seq: count,
  actor: v.strictObject({ user: v.string() }),
  time: utcTimeSchema,
  outcome: v.picklist(['ok', 'failed']),
  format: v.literal('report/2'),
  mac: v.pipe(v.string(), v.regex(/^[0-9a-f]{2}$/)),
  lines: v.pipe(v.array(v.string()), v.minLength(1)),
  signed: v.boolean(),
  profile: v.pipe(v.string(), v.parseJson()),
  kind: v.variant('as', [v.object({ as: v.literal('a') }), v.object({ as: v.literal('b') })]),
});
const right = {
  seq: 1,
  actor: { user: 'officer' },
  time: '2026-10-01T12:00:00.000Z',
  outcome: 'ok',
  format: 'report/2',
  mac: 'a0',
  lines: ['one'],
  signed: true,
  profile: '{}',
  kind: { as: 'a' },
};

it.each([
  [{ ...right, extra: 1 }, 'extra does not belong there'],
  [{ ...right, actor: {} }, 'actor.user is missing'],
  [{ ...right, seq: '1' }, 'seq must be a number, but is “1”'],
  [{ ...right, seq: 0 }, 'seq must be 1 or more, but is 0'],
  [{ ...right, seq: 12 }, 'seq must be 9 or less, but is 12'],
  [{ ...right, seq: 1.5 }, 'seq must be a whole number, but is 1.5'],
  [{ ...right, actor: 7 }, 'actor must be an object, but is 7'],
  [{ ...right, actor: { user: null } }, 'actor.user must be text, but is null'],
  [{ ...right, time: 'now' }, 'time must be a time that exists, in UTC with milliseconds'],
  [{ ...right, outcome: 'fine' }, 'outcome must be one of “ok”, “failed”, but is “fine”'],
  [{ ...right, format: 'report/3' }, 'format must be “report/2”, but is “report/3”'],
  [{ ...right, kind: { as: 'c' } }, 'kind.as must be one of “a”, “b”, but is “c”'],
  [{ ...right, mac: 'xyz' }, 'mac is not in the expected form: “xyz”'],
  [{ ...right, mac: 'x\u{1b}[2J' }, 'mac is not in the expected form: “x\\u{1b}[2J”'],
  [{ ...right, mac: 'x'.repeat(1e6) }, `mac is not in the expected form: “${'x'.repeat(60)}…”`],
  [{ ...right, lines: [] }, 'lines is not in the expected form: a list'],
  [{ ...right, signed: 1 }, 'signed must be true or false, but is 1'],
  [{ ...right, profile: '{' }, 'profile must be JSON, but is “{”'],
  [7, 'the line must be an object, but is 7'],
])('says what is wrong with a value', (value, words) => {
  const [issue] = v.safeParse(schema, value, { abortEarly: true }).issues ?? [];
  expect(issue === undefined ? '' : issueWords(issue, 'the line')).toBe(words);
});
