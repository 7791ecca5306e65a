import { createPublicKey, randomBytes, verify } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TokenConnection } from './connection.ts';
import { ecdsaSignatureDer, generateSigningKey, publicKeySpki, signMessage } from './signing.ts';
import { testTokens, type TestToken } from './testing/tokens.ts';

describe.each(testTokens)('signing keys on $name', ({ name, make }) => {
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

  test.each(['ed25519', 'p256'] as const)(
    '%s: node:crypto verifies what the token signed',
    (curve) => {
      const signed = (): boolean =>
        connection.withSession((session) => {
          const objectId = session.random(16);
          const pair = generateSigningKey(session, curve, {
            objectId,
            label: 'claviger/test/sign',
          });
          const key = publicKeySpki(session, pair.publicKey, curve);
          const message = randomBytes(300);
          const signature = signMessage(session, curve, pair.privateKey, message);
          expect(session.find({ objectId })).toHaveLength(2);
          expect(() => generateSigningKey(session, curve, { objectId, label: 'again' })).toThrow(
            'this ID',
          );
          const publicKey = createPublicKey({ key, format: 'der', type: 'spki' });
          const hash = curve === 'p256' ? 'sha256' : null;
          expect(verify(hash, randomBytes(300), publicKey, signature)).toBe(false);
          return verify(hash, message, publicKey, signature);
        });
      if (name !== 'SoftHSM2' && curve === 'ed25519') {
        expect(signed).toThrow('does not support this mechanism');
      } else {
        expect(signed()).toBe(true);
      }
    },
  );
});

describe('the DER form of an ECDSA signature', () => {
  test('keeps small and large numbers positive and minimal', () => {
    const raw = Buffer.alloc(64);
    raw[31] = 1;
    raw[32] = 0x80;
    const der = ecdsaSignatureDer(raw);
    expect(der.subarray(0, 5).toString('hex')).toBe('3026020101');
    expect(der.subarray(5, 9).toString('hex')).toBe('02210080');
    expect(ecdsaSignatureDer(Buffer.alloc(64)).toString('hex')).toBe('3006020100020100');
  });

  test('holds both numbers for any input', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (bytes) => {
        const der = ecdsaSignatureDer(Buffer.from(bytes));
        expect(der[1]).toBe(der.length - 2);
        const first = der.subarray(4, 4 + (der[3] ?? 0));
        const value = BigInt(`0x${first.toString('hex')}`);
        expect(value).toBe(BigInt(`0x${Buffer.from(bytes.subarray(0, 32)).toString('hex')}`));
        expect((first[0] ?? 0) < 0x80).toBe(true);
      }),
    );
  });
});
