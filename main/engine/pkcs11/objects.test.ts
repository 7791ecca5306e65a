import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TokenConnection } from './connection.ts';
import { CKA, CKM } from './native.ts';
import { createTokenKey, destroyTokenKey, findTokenKey } from './objects.ts';
import { checkDataProof, checkWrapProof, makeDataProof, makeWrapProof } from './proofs.ts';
import { testTokens, type TestToken } from './testing/tokens.ts';

describe.each(testTokens)('token keys on $name', ({ make, limits }) => {
  let token: TestToken;
  let connection: TokenConnection;
  beforeAll(() => {
    token = make();
    connection = TokenConnection.open(token.target);
    connection.login(token.pin);
  });
  afterAll(() => {
    connection.close();
    token.remove();
  });

  test('a key is found by another session, proved, and missing after it is destroyed', () => {
    const { name, proof } = connection.withSession((session) => {
      const key = createTokenKey(session, 'claviger/test/wrap', 'wrap');
      return { name: key, proof: makeWrapProof(session, key.handle) };
    });
    connection.withSession((session) => {
      const found = findTokenKey(session, name, 'wrap');
      expect(checkWrapProof(session, found, proof)).toBe(true);
      destroyTokenKey(session, name);
      expect(() => findTokenKey(session, name)).toThrow('does not hold the key');
      expect(session.countSessionObjects()).toBe(0);
    });
  });

  test('a key cannot be copied or used with other mechanisms if the token enforces that', () => {
    connection.withSession((session) => {
      const { handle } = createTokenKey(session, 'claviger/test/limits', 'data', limits);
      const { native, handle: own } = session.raw;
      const copy = (): unknown =>
        native.C_CopyObject(own, handle.bytes, [{ type: CKA.TOKEN, value: false }]);
      // 27 is CKR_ACTION_PROHIBITED, which the addon has no name for.
      if (limits.copy) expect(copy).toThrow(':27');
      else expect(copy).not.toThrow();
      // It does what it is for.
      expect(checkDataProof(session, handle, makeDataProof(session, handle))).toBe(true);
    });
    connection.withSession((session) => {
      const { handle } = createTokenKey(session, 'claviger/test/mechanisms', 'data', limits);
      const block = Buffer.alloc(16);
      const ecb = (): unknown =>
        session.encrypt(handle, { mechanism: CKM.AES_ECB }, block, Buffer.alloc(32));
      if (limits.mechanisms) expect(ecb).toThrow('CKR_MECHANISM_INVALID');
      else expect(ecb).not.toThrow();
    });
  });

  test('a proof distinguishes keys of the same kind', () => {
    connection.withSession((session) => {
      const [wrap, otherWrap] = ['a', 'b'].map((l) => createTokenKey(session, l, 'wrap').handle);
      const [data, otherData] = ['c', 'd'].map((l) => createTokenKey(session, l, 'data').handle);
      if (!wrap || !otherWrap || !data || !otherData) throw new Error('four keys');
      const wrapProof = makeWrapProof(session, wrap);
      const dataProof = makeDataProof(session, data);
      expect(checkWrapProof(session, wrap, wrapProof)).toBe(true);
      expect(checkWrapProof(session, otherWrap, wrapProof)).toBe(false);
      expect(checkDataProof(session, data, dataProof)).toBe(true);
      expect(checkDataProof(session, otherData, dataProof)).toBe(false);
    });
  });
});
