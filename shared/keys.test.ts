import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { keyNameSchema } from './keys.ts';

const FAMILY = '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}';

const problemOf = (name: string): string | null =>
  v.safeParse(keyNameSchema, name).issues?.[0].message ?? null;

describe('a key name', () => {
  it.each([
    'k',
    'Customer statements 2026',
    'x'.repeat(64),
    '\u{1f511}'.repeat(33),
    FAMILY.repeat(64),
    // Half-written in two code points each, as macOS writes it.
    'e\u0301'.repeat(64),
    // Persian needs the ZWNJ, Sinhala the ZWJ.
    '\u06a9\u0644\u06cc\u062f\u200c\u0647\u0627',
    '\u0dc1\u0dca\u200d\u0dbb\u0dd3',
  ])('%j', (name) => {
    expect(problemOf(name)).toBeNull();
  });

  it.each([
    ['', /needs a name/],
    [' ', /needs a name/],
    ['\u3164', /needs a name/],
    ['x'.repeat(65), /at most 64 characters/],
    [FAMILY.repeat(65), /at most 64 characters/],
    [`a${'\u0301'.repeat(5_000)}`, /at most 64 characters/],
    [' k', /no blank at its ends/],
    ['k\n', /no blank at its ends/],
    ['\u200dk', /no blank at its ends/],
    ['k\u200d', /no blank at its ends/],
    ['a\u202eb', /no control characters/],
    ['a\u001b[2Jb', /no control characters/],
    ['ab'.repeat(16), /look like a key ID/],
    ['AB'.repeat(16), /look like a key ID/],
  ])('is not %j', (name, problem) => {
    expect(problemOf(name)).toMatch(problem);
  });
});
