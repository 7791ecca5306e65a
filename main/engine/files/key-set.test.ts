import { randomBytes } from 'node:crypto';
import { parse } from 'valibot';
import { expect, it } from 'vitest';
import { Failure, toFailureData } from '../../../shared/failure.ts';
import { type KeyId, keyIdSchema } from '../../../shared/ids.ts';
import type { KeyState } from '../../../shared/keys.ts';
import { cannotDecrypt } from '../../../shared/messages/failures/batch.ts';
import type { RefusedKey } from '../api.ts';
import type { ParsedHeader } from '../envelope/header.ts';
import { KeySet } from './key-set.ts';

const newId = (): KeyId => parse(keyIdSchema, randomBytes(16).toString('hex'));
const [gone, asleep, other] = [newId(), newId(), newId()];

const refusedBy = (id: KeyId, name: string, state: KeyState): RefusedKey => ({
  ...{ id, version: 1, state },
  failure: toFailureData(cannotDecrypt({ id, name, version: 1, state })),
});

const headerWith = (...ids: readonly KeyId[]): Pick<ParsedHeader, 'slots'> => ({
  slots: ids.map((key) => ({
    ...{ key, version: 1, kcv: '', wrap: 'A256GCMKW', dek: randomBytes(60) },
  })),
});

it('for a file with a destroyed and a suspended key it says which to resume, and names both', () => {
  const set = new KeySet({
    keys: [],
    refused: [
      refusedBy(gone, 'Gone', 'destroyed'),
      refusedBy(other, 'Other', 'suspended'),
      refusedBy(asleep, 'Asleep', 'suspended'),
    ],
    slots: null,
  });
  const failureOf = (...ids: readonly KeyId[]): Failure => {
    try {
      set.of(headerWith(...ids));
    } catch (error) {
      if (error instanceof Failure) return error;
    }
    throw new Error('it was not refused');
  };
  const failure = failureOf(gone, asleep);
  expect(failure.message).toContain('"Asleep" is suspended');
  expect(failure.keys).toEqual([
    { id: gone, version: 1 },
    { id: asleep, version: 1 },
  ]);
  expect(failureOf(gone).message).toContain('"Gone" is destroyed');
});
