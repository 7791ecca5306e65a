import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { Failure, toFailureData } from '../../../shared/failure.ts';
import { keyIdSchema } from '../../../shared/ids.ts';
import type { Bulk } from '../../../shared/keys.ts';
import { notRewrapped } from '../../../shared/messages/failures/rewrap.ts';
import type { Slot } from '../envelope/header.ts';
import {
  nameOfSlot,
  newSlots,
  type SlotMove,
  type SlotRules,
  type SlotTarget,
} from './new-slots.ts';

const [a, b, foreign] = ['a', 'b', 'f'].map((digit) => v.parse(keyIdSchema, digit.repeat(32))) as [
  SlotTarget['id'],
  SlotTarget['id'],
  SlotTarget['id'],
];

const slot = (key: Slot['key'], version: number, wrap: Slot['wrap'] = 'A256GCMKW'): Slot => ({
  ...{ key, version, kcv: '', wrap },
  dek: randomBytes(wrap === 'A256KW' ? 40 : 60),
});
const target = (id: SlotTarget['id'], version: number, bulk: Bulk = 'host'): SlotTarget => ({
  ...{ id, version, bulk },
});
const move = (id: SlotTarget['id'], version: number, to: SlotTarget | null): SlotMove => ({
  ...{ id, version, to },
});

/** Version 2 is the newest of both keys. */
const moves = [a, b].flatMap((id) => [1, 2].map((version) => move(id, version, target(id, 2))));
const rules = (more: Partial<SlotRules> = {}): SlotRules => ({
  ...{ kind: 'rewrap', moves, add: [], dropOthers: false },
  ...more,
});
const without = (id: SlotTarget['id']): SlotMove[] =>
  moves.map((each) => (each.id === id ? move(id, each.version, null) : each));

const words = (slots: readonly Slot[], given: SlotRules): string[] => {
  const names = { [a]: 'a', [b]: 'b', [foreign]: 'foreign' } as Record<string, string>;
  return newSlots(slots, given).map((each) => {
    const [id = '', version = ''] = nameOfSlot(each).split('/');
    return `${'kept' in each ? 'kept' : 'made'} ${names[id] ?? id} ${version}`;
  });
};

const codeOf = (slots: readonly Slot[], given: SlotRules): string => {
  try {
    return words(slots, given).join();
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
};

describe('rewrap', () => {
  it.each([
    ['an old slot', [slot(a, 1)], rules(), ['made a 2']],
    ['a slot that is newest', [slot(a, 1), slot(b, 2)], rules(), ['made a 2', 'kept b 2']],
    ['a foreign slot', [slot(foreign, 9), slot(a, 1)], rules(), ['kept foreign 9', 'made a 2']],
    ['an unknown version', [slot(a, 7), slot(a, 1)], rules(), ['kept a 7', 'made a 2']],
    ['two versions of a key', [slot(a, 1), slot(a, 2)], rules(), ['made a 2']],
    ['a key to be added', [slot(a, 2)], rules({ add: [target(b, 2)] }), ['kept a 2', 'made b 2']],
    ['one to be removed', [slot(a, 2), slot(b, 2)], rules({ moves: without(a) }), ['kept b 2']],
  ])('%s', (_what, slots, given, expected) => {
    expect(words(slots, given)).toEqual(expected);
  });

  it.each([
    ['up to date', [slot(a, 2)], rules(), 'up-to-date'],
    ['has the key already', [slot(a, 2)], rules({ add: [target(a, 2)] }), 'up-to-date'],
    ['is of other vaults only', [slot(foreign, 1)], rules(), 'no-key'],
    ['would lose its last slot', [slot(a, 2)], rules({ moves: without(a) }), 'usage'],
    [
      'would lose the last slot of this vault',
      [slot(a, 2), slot(foreign, 1)],
      rules({ moves: without(a) }),
      'usage',
    ],
    ['is in the token', [slot(a, 1, 'A256KW')], rules(), 'mixed-bulk'],
    [
      'would have too many',
      Array.from({ length: 16 }, (_, n) => slot(a, n + 2)),
      rules({ add: [target(b, 2)] }),
      'usage',
    ],
  ])('a file that %s', (_what, slots, given, expected) => {
    expect(codeOf(slots, given)).toContain(expected);
  });

  it('a compromised version stops it, whatever the other slots are', () => {
    const failure = toFailureData(notRewrapped({ id: a, name: 'a', version: 1 }));
    const given = rules({ moves: [{ id: a, version: 1, failure }, ...moves.slice(1)] });
    expect(codeOf([slot(b, 1), slot(a, 1)], given)).toBe('key-state');
  });
});

describe('re-encrypt', () => {
  const again = (more: Partial<SlotRules> = {}): SlotRules => rules({ kind: 'reencrypt', ...more });

  it('makes every slot again, also of the newest version', () => {
    expect(words([slot(a, 2), slot(b, 1)], again())).toEqual(['made a 2', 'made b 2']);
  });

  it('drops slots of other vaults only if that is allowed', () => {
    const slots = [slot(foreign, 1), slot(a, 1)];
    expect(codeOf(slots, again())).toBe('usage');
    expect(words(slots, again({ dropOthers: true }))).toEqual(['made a 2']);
  });

  it('may change the bulk, but not mix it', () => {
    const inToken = moves.map(({ id, version }) => move(id, version, target(id, 2, 'token')));
    expect(words([slot(a, 1)], again({ moves: inToken }))).toEqual(['made a 2']);
    const mixed = again({ moves: inToken, add: [target(foreign, 1)] });
    expect(codeOf([slot(a, 1)], mixed)).toBe('mixed-bulk');
  });
});
