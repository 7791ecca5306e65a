import { randomBytes } from 'node:crypto';
import { parse } from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyIdSchema, vaultIdSchema } from '../../../shared/ids.ts';
import { custodyPairs, type CustodyPair } from '../../../shared/keys.ts';
import { TokenConnection } from '../pkcs11/connection.ts';
import { isInToken } from '../pkcs11/objects.ts';
import { faultyConnection } from '../pkcs11/testing/faults.ts';
import { testTokens, type TestToken } from '../pkcs11/testing/tokens.ts';
import { createKey } from './create-key.ts';
import { destroyMasters } from './destroy-masters.ts';
import { proveBlobs, rewrapBlobs, type WrappedKey } from './rewrap-blobs.ts';
import { createMasters, findMasters, type Masters, type VaultToken } from './vault-token.ts';

const id = (): string => randomBytes(16).toString('hex');
const vaultId = parse(vaultIdSchema, id());
const wrappedPairs = custodyPairs.filter(({ custody }) => custody !== 'resident');

describe.each(testTokens)('wrapped keys under other masters on $name', ({ make, limits }) => {
  let test: TestToken;
  let connection: TokenConnection;
  let masters: { readonly old: Masters; readonly new: Masters };
  let old: VaultToken;
  let next: VaultToken;

  const find = (which: Masters): VaultToken =>
    findMasters({ connection, vaultId, masters: which, callerNonce: true });

  beforeAll(() => {
    test = make();
    connection = TokenConnection.open(test.target);
    connection.login(test.pin);
    const ids = { wrap: randomBytes(16), seal: randomBytes(16) };
    masters = {
      old: createMasters(connection, vaultId, limits),
      new: createMasters(connection, vaultId, limits, ids),
    };
    expect(masters.new.wrap.objectId).toEqual(ids.wrap);
    expect(masters.new.seal.objectId).toEqual(ids.seal);
    old = find(masters.old);
    next = find(masters.new);
  });
  afterAll(() => {
    connection.close();
    test.remove();
  });

  const create = (pair: CustodyPair, cmac = true): WrappedKey => {
    const named = { id: parse(keyIdSchema, id()), version: 3, ...pair };
    const key = createKey(old, named, { limits, cmac });
    if (key.blob === null) throw new Error('a resident key');
    return { ...key, blob: key.blob };
  };
  const moved = (key: WrappedKey): WrappedKey => {
    const [blob] = rewrapBlobs(old, next, [key]);
    if (blob === undefined) throw new Error('nothing came back');
    return { ...key, blob };
  };

  it.each(wrappedPairs)(
    '$custody/$bulk opens under the new ones and no longer under the old',
    (pair) => {
      const key = create(pair);
      const after = moved(key);
      expect(after.blob).toHaveLength(key.blob.length);
      proveBlobs(old, [key]);
      proveBlobs(next, [after]);
      expect(() => proveBlobs(next, [key])).toThrow('does not belong to this entry');
      expect(() => proveBlobs(old, [after])).toThrow('does not belong to this entry');
    },
  );

  it('proves nothing that is another key, version or custody', () => {
    const key = moved(create({ custody: 'hsm-wrapped', bulk: 'host' }));
    const other = moved(create({ custody: 'hsm-wrapped', bulk: 'host' }));
    for (const wrong of [
      { ...key, blob: other.blob },
      { ...key, version: 4 },
    ])
      expect(() => proveBlobs(next, [wrong])).toThrow('does not belong to this entry');
  });

  it('a token that wraps another key than the given one is detected', () => {
    const { connection: faulty, injector } = faultyConnection(test);
    const through = findMasters({
      connection: faulty,
      vaultId,
      masters: masters.old,
      callerNonce: true,
    });
    const to = findMasters({
      connection: faulty,
      vaultId,
      masters: masters.new,
      callerNonce: true,
    });
    const key = create({ custody: 'hsm-only', bulk: 'token' });
    let wraps = 0;
    injector.answer = (call, answer) => {
      if (call !== 'C_WrapKey') return answer;
      wraps += 1;
      // Sound, and under the new master: but of a key that was made for another purpose.
      return wraps === 1 ? Buffer.from(masters.new.wrap.proof) : answer;
    };
    expect(() => rewrapBlobs(through, to, [key])).toThrow('is not the same');
    expect(wraps).toBe(2);
  });

  it('destroys both masters of a pair, looks for them, and leaves the others', () => {
    const doomed = createMasters(connection, vaultId, limits);
    expect(destroyMasters(connection, [doomed.wrap, doomed.seal])).toBe(2);
    expect(destroyMasters(connection, [doomed.wrap, doomed.seal])).toBe(0);
    connection.withSession((session) => {
      for (const { wrap, seal } of [masters.old, masters.new])
        for (const master of [wrap, seal]) expect(isInToken(session, master)).toBe(true);
    });
  });
});
