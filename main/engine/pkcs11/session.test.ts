import { createCipheriv, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Failure } from '../../../shared/failure.ts';
import { ckrOf } from './ckr.ts';
import { TokenConnection } from './connection.ts';
import { CKA, CKM } from './native.ts';
import { importKey } from './probe/bench.ts';
import { cmacOfBlock, wrapRfc3394 } from './probe/software.ts';
import type { Session } from './session.ts';
import { noLimits, secretKeyTemplate, type KeyIntent } from './templates.ts';
import { faultyConnection } from './testing/faults.ts';
import { testTokens, type TestToken } from './testing/tokens.ts';

const key = (usage: KeyIntent['usage'], extractable = false): KeyIntent => ({
  usage,
  extractable,
  token: null,
});
const aad = Buffer.alloc(45, 3);

const failure = (work: () => unknown): Failure => {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('nothing failed');
};

const ckrName = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return ckrOf(error)?.name;
  }
};

describe.each(testTokens)('a session on $name', ({ name, make }) => {
  let token: TestToken;
  let connection: TokenConnection;
  const inSession = (work: (session: Session) => void): void => connection.withSession(work);
  beforeAll(() => {
    token = make();
    connection = TokenConnection.open(token.target);
    connection.login(token.pin);
  });
  afterAll(() => {
    connection.close();
    token.remove();
  });

  test('wraps to the bytes of RFC 3394 and unwraps what software wrapped', () => {
    inSession((session) => {
      const kek = importKey(session, 'wrap');
      const dek = importKey(session, 'data', true);
      const blob = wrapRfc3394(kek.value, dek.value);
      expect(session.wrap(kek.handle, dek.handle)).toEqual(blob);
      const back = session.unwrap(kek.handle, blob, key('data'));
      if (back === null) throw new Error('a good blob was refused');
      const nonce = randomBytes(12);
      const sealed = session.encryptGcm(back, nonce, aad, Buffer.from('x'));
      expect(session.decryptGcm(dek.handle, nonce, aad, sealed.data)).toEqual(Buffer.from('x'));
    });
  });

  test('answers null for a blob with any bit changed, and for another wrapping key', () => {
    inSession((session) => {
      const kek = session.generateSecretKey(key('wrap'));
      const blob = session.wrap(kek, session.generateSecretKey(key('data', true)));
      for (let i = 0; i < blob.length; i++) {
        const bad = Buffer.from(blob);
        bad[i] = (bad[i] ?? 0) ^ 0x80;
        expect(session.unwrap(kek, bad, key('data'))).toBeNull();
      }
      expect(session.unwrap(session.generateSecretKey(key('wrap')), blob, key('data'))).toBeNull();
      expect(session.unwrap(kek, blob, key('data'))).not.toBeNull();
    });
  });

  test('refuses a blob of another length, which the token itself takes as a shorter key', () => {
    inSession((session) => {
      const kek = importKey(session, 'wrap');
      const short = wrapRfc3394(kek.value, randomBytes(16));
      expect(failure(() => session.unwrap(kek.handle, short, key('data'))).code).toBe(
        'blob-damaged',
      );
      const { native, handle } = session.raw;
      const template = [...secretKeyTemplate('unwrap', key('data'))];
      const mechanism = { mechanism: CKM.AES_KEY_WRAP };
      expect(native.C_UnwrapKey(handle, mechanism, kek.handle.bytes, short, template)).toHaveLength(
        8,
      );
    });
  });

  test.each([1, 15, 16, 17, 4096, 262_144, 4_194_304])(
    'GCM of %i bytes is that of software',
    (n) => {
      inSession((session) => {
        const { handle, value } = importKey(session, 'data');
        const [nonce, text] = [randomBytes(12), randomBytes(n)];
        const cipher = createCipheriv('aes-256-gcm', value, nonce).setAAD(aad);
        const expected = [cipher.update(text), cipher.final(), cipher.getAuthTag()];
        const sealed = session.encryptGcm(handle, nonce, aad, text);
        expect(sealed.nonce.equals(nonce)).toBe(true);
        expect(sealed.data.equals(Buffer.concat(expected))).toBe(true);
        expect(session.decryptGcm(handle, nonce, aad, sealed.data)?.equals(text)).toBe(true);
      });
    },
  );

  test('answers null for changed data, nonce, AAD or key, and continues to work', () => {
    inSession((session) => {
      const [one, other] = [
        session.generateSecretKey(key('data')),
        session.generateSecretKey(key('data')),
      ];
      const nonce = randomBytes(12);
      const { data } = session.encryptGcm(one, nonce, aad, Buffer.from('attack at dawn'));
      for (let i = 0; i < data.length; i++) {
        const bad = Buffer.from(data);
        bad[i] = (bad[i] ?? 0) ^ 1;
        expect(session.decryptGcm(one, nonce, aad, bad)).toBeNull();
      }
      expect(session.decryptGcm(one, randomBytes(12), aad, data)).toBeNull();
      expect(session.decryptGcm(one, nonce, Buffer.alloc(45), data)).toBeNull();
      expect(session.decryptGcm(one, nonce, aad, data.subarray(1))).toBeNull();
      expect(session.decryptGcm(other, nonce, aad, data)).toBeNull();
      expect(session.decryptGcm(one, nonce, aad, data)?.toString()).toBe('attack at dawn');
    });
  });

  test('takes views into larger buffers as they are', () => {
    inSession((session) => {
      const { handle, value } = importKey(session, 'data');
      const pool = new Uint8Array(100).map((_, i) => i);
      const [nonce, view] = [pool.subarray(3, 15), pool.subarray(20, 60)];
      const cipher = createCipheriv('aes-256-gcm', value, nonce).setAAD(pool.subarray(1, 9));
      const expected = Buffer.concat([cipher.update(view), cipher.final(), cipher.getAuthTag()]);
      const sealed = session.encryptGcm(handle, nonce, pool.subarray(1, 9), view);
      expect(sealed.data).toEqual(expected);
    });
  });

  test('never gives the token an empty input', () => {
    inSession((session) => {
      const handle = session.generateSecretKey(key('data'));
      expect(() => session.encryptGcm(handle, randomBytes(12), aad, Buffer.alloc(0))).toThrow(
        'empty',
      );
      expect(() => session.decryptGcm(handle, randomBytes(12), aad, Buffer.alloc(16))).toThrow(
        'empty',
      );
      expect(session.encryptGcm(handle, randomBytes(12), aad, Buffer.alloc(1)).data).toHaveLength(
        17,
      );
    });
  });

  test('makes the CMAC of RFC 4493', () => {
    inSession((session) => {
      const { handle, value } = importKey(session, 'mac');
      const block = Buffer.alloc(16);
      expect(session.cmac(handle, block)).toEqual(cmacOfBlock(value, block));
    });
  });

  test('refuses a second key with the same ID, and the first one stays', () => {
    inSession((session) => {
      const objectId = session.random(16);
      const intent = (label: string): KeyIntent => ({
        ...key('data'),
        token: { objectId, label, limits: noLimits },
      });
      session.generateSecretKey(intent('first'));
      expect(failure(() => session.generateSecretKey(intent('second'))).code).toBe(
        'object-refused',
      );
      expect(session.find({ objectId, label: 'first' })).toHaveLength(1);
      expect(session.find({ objectId, label: 'second' })).toHaveLength(0);
    });
  });

  test('refuses a key with other attributes than requested, and leaves nothing', () => {
    const { connection: spoiled, injector } = faultyConnection(token);
    injector.tamper = (call, args) => {
      if (call !== 'C_GenerateKey') return;
      const template = args[2] as { type: number; value: unknown }[];
      args[2] = template.map((a) => (a.type === CKA.EXTRACTABLE ? { ...a, value: true } : a));
    };
    const refused = failure(() =>
      spoiled.withSession((session) => session.generateSecretKey(key('wrap'))),
    );
    expect(refused.code).toBe('object-refused');
    expect(refused.detail).toBe('CKA_EXTRACTABLE is not false');
    inSession((session) => expect(session.countSessionObjects()).toBe(0));
  });

  test('reports what the token answers to a template in the wrong order', () => {
    inSession((session) => {
      const kek = session.generateSecretKey(key('wrap'));
      const blob = session.wrap(kek, session.generateSecretKey(key('data', true)));
      const { native, handle } = session.raw;
      const disordered = secretKeyTemplate('unwrap', key('data')).toReversed();
      const refusal = ckrName(() =>
        native.C_UnwrapKey(handle, { mechanism: CKM.AES_KEY_WRAP }, kek.bytes, blob, disordered),
      );
      expect(refusal).toBe(name === 'SoftHSM2' ? 'CKR_ATTRIBUTE_READ_ONLY' : undefined);
    });
    inSession((session) => expect(session.countSessionObjects()).toBe(0));
  });
});
