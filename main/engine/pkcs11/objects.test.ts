import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TokenConnection } from './connection.ts';
import { createTokenKey, destroyTokenKey, findTokenKey } from './objects.ts';
import { checkDataProof, checkWrapProof, makeDataProof, makeWrapProof } from './proofs.ts';
import { testTokens, type TestToken } from './testing/tokens.ts';

describe.each(testTokens)('token keys on $name', ({ make }) => {
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

  test('a key is found again by another session, proved, and gone after it is destroyed', () => {
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

  test('a proof tells one key from another of the same kind', () => {
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
