import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Failure } from '../../../shared/failure.ts';
import { ckrOf } from './ckr.ts';
import { TokenConnection } from './connection.ts';
import { gcmMechanism } from './native.ts';
import { createTokenKey, destroyTokenKey, findTokenKey } from './objects.ts';
import { checkDataProof, checkWrapProof, makeDataProof, makeWrapProof } from './proofs.ts';
import type { Session } from './session.ts';
import { faultyConnection, type Fault, type FaultInjector } from './testing/faults.ts';
import { testTokens, type TestToken } from './testing/tokens.ts';

const aad = Buffer.alloc(45, 9);

/** Everything that is done with a token, once. */
const everything = (session: Session): void => {
  const wrap = createTokenKey(session, 'faults/wrap', 'wrap');
  const data = createTokenKey(session, 'faults/data', 'data');
  const proofs = [
    makeWrapProof(session, wrap.handle),
    makeDataProof(session, data.handle),
  ] as const;
  if (!checkWrapProof(session, findTokenKey(session, wrap, 'wrap'), proofs[0])) throw refused();
  if (!checkDataProof(session, findTokenKey(session, data, 'data'), proofs[1])) throw refused();
  const dek = session.generateSecretKey({ usage: 'data', extractable: true, token: null });
  const blob = session.wrap(wrap.handle, dek);
  const back = session.unwrap(wrap.handle, blob, {
    usage: 'data',
    extractable: false,
    token: null,
  });
  if (back === null) throw refused();
  const nonce = session.random(12);
  const sealed = session.encryptGcm(back, nonce, aad, Buffer.from('text'));
  if (session.decryptGcm(dek, nonce, aad, sealed.data) === null) throw refused();
  destroyTokenKey(session, wrap);
  destroyTokenKey(session, data);
};

/** What callers make of a null: an expected failure too. */
const refused = (): Failure => new Failure('proof-failed', 'refused');

describe.each(testTokens)('errors of $name', ({ make }) => {
  let token: TestToken;
  let connection: TokenConnection;
  let injector: FaultInjector;
  beforeAll(() => {
    token = make();
    TokenConnection.open(token.target);
    ({ connection, injector } = faultyConnection(token));
    connection.login(token.pin);
  });
  afterAll(() => {
    connection.close();
    token.remove();
  });

  const clean = (): void => {
    injector.arm(null);
    connection.withSession((session) => {
      expect(session.countSessionObjects()).toBe(0);
      for (const label of ['faults/wrap', 'faults/data']) {
        for (const object of session.find({ label, token: true })) session.destroy(object);
      }
    });
  };

  const faults: readonly Omit<Fault, 'at'>[] = [
    { error: 'CKR_HOST_MEMORY', when: 'instead' },
    { error: 'CKR_GENERAL_ERROR', when: 'after' },
    { error: 'CKR_DEVICE_REMOVED', when: 'instead' },
  ];
  test.each(faults)(
    'whichever call ends with $error ($when): a failure, and nothing is left',
    (fault) => {
      injector.arm(null);
      connection.withSession(everything);
      const calls = [...injector.calls];
      expect(calls.length).toBeGreaterThan(40);
      for (let at = 1; at <= calls.length; at++) {
        injector.arm({ ...fault, at });
        expect(
          () => connection.withSession(everything),
          `call ${at} ${calls[at - 1] ?? ''}`,
        ).toThrow(Failure);
        clean();
      }
      connection.withSession(everything);
    },
  );

  const jams: readonly (readonly [string, (session: Session) => unknown])[] = [
    [
      'an empty input',
      (session) => {
        const key = session.generateSecretKey({ usage: 'data', extractable: false, token: null });
        const { native, handle } = session.raw;
        native.C_EncryptInit(handle, gcmMechanism(randomBytes(12), aad), key.bytes);
        return native.C_Encrypt(handle, Buffer.alloc(0), Buffer.alloc(16));
      },
    ],
    [
      'an answer that does not fit',
      (session) => {
        const key = session.generateSecretKey({ usage: 'data', extractable: false, token: null });
        const { nonce, data } = session.encryptGcm(key, randomBytes(12), aad, Buffer.alloc(32));
        const { native, handle } = session.raw;
        native.C_DecryptInit(handle, gcmMechanism(nonce, aad), key.bytes);
        return native.C_Decrypt(handle, data, Buffer.alloc(1));
      },
    ],
  ];
  test.each(jams)('after %s the next operation works', (_, jam) => {
    clean();
    try {
      connection.withSession(jam);
    } catch (error) {
      expect(error).toBeInstanceOf(Failure);
    }
    connection.withSession(everything);
    clean();
  });

  test('a session with an error keeps reporting that error', () => {
    clean();
    connection.withSession((session) => {
      const key = session.generateSecretKey({ usage: 'data', extractable: false, token: null });
      const use = (): unknown => session.encryptGcm(key, randomBytes(12), aad, Buffer.alloc(8));
      injector.arm({ at: 2, when: 'instead', error: 'CKR_DEVICE_MEMORY' });
      const names = [use, use, use].map((again) => {
        try {
          return again();
        } catch (error) {
          return ckrOf(error)?.name;
        }
      });
      expect(names).toEqual(Array(3).fill('CKR_DEVICE_MEMORY'));
    });
    connection.withSession(everything);
  });
});
