import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Failure } from '../../../shared/failure.ts';
import { TokenConnection } from './connection.ts';
import { createTokenKey, findTokenKey } from './objects.ts';
import { faultyConnection } from './testing/faults.ts';
import { testTokens, type TestToken } from './testing/tokens.ts';

const failure = (work: () => unknown): Failure => {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('nothing failed');
};

const NEW = '161803';

describe.each(testTokens)('changing the PIN of $name', ({ name, make }) => {
  let token: TestToken;
  let connection: TokenConnection;
  // A process initialises a library once: the tests share a token and put its PIN back.
  let made: TestToken | null = null;
  beforeEach(() => {
    token = made ??= make();
    connection = TokenConnection.open(token.target);
    connection.logout();
    connection.login(token.pin);
  });
  afterEach(() => {
    connection.logout();
    if (failsWith(token.pin)) {
      connection.login(NEW);
      connection.changePin({ oldPin: NEW, newPin: token.pin });
    }
    connection.logout();
  });

  const failsWith = (pin: string): boolean => {
    connection.logout();
    try {
      connection.login(pin);
      return false;
    } catch (error) {
      if (error instanceof Failure && error.code === 'pin-incorrect') return true;
      throw error;
    }
  };

  test('the new PIN opens the token, the old one no longer does, and its keys work', () => {
    const key = connection.withSession((session) => createTokenKey(session, 'before', 'data'));
    connection.changePin({ oldPin: token.pin, newPin: NEW });
    const sealed = connection.withSession((session) =>
      session.encryptGcm(
        findTokenKey(session, key, 'data'),
        Buffer.alloc(12),
        Buffer.alloc(0),
        Buffer.from('a'),
      ),
    );
    expect(failsWith(token.pin)).toBe(true);
    expect(connection.login(NEW)).toBe('verified');
    const opened = connection.withSession((session) =>
      session.decryptGcm(
        findTokenKey(session, key, 'data'),
        sealed.nonce,
        Buffer.alloc(0),
        sealed.data,
      ),
    );
    expect(opened?.toString()).toBe('a');
  });

  test('a wrong old PIN changes nothing, and the remaining tries are reported', () => {
    const wrong = failure(() => connection.changePin({ oldPin: '314159', newPin: NEW }));
    expect(wrong).toMatchObject({ code: 'pin-incorrect', unharmed: 'The PIN was not changed.' });
    expect(wrong.next).toMatch(name === 'SoftHSM2' ? /Few tries remain/ : /again/);
    expect(failsWith(token.pin)).toBe(false);
  });

  test.each([
    ['', /too short/],
    ['x'.repeat(501), /too long/],
    ['16180\u00003', /control character/],
    ['16180\n', /control character/],
    ['16180\uD800', /control character|text/],
    ['271828', /is the old one/],
  ])('refuses the new PIN %j without giving it to the token', (newPin, words) => {
    const { connection: watched, injector } = faultyConnection(token);
    const given: string[] = [];
    injector.tamper = (call) => given.push(call);
    const refused = failure(() => watched.changePin({ oldPin: token.pin, newPin }));
    expect(refused.code).toBe('pin-unsuitable');
    expect(refused.message).toMatch(words);
    expect(given).not.toContain('C_SetPIN');
    expect(failsWith(token.pin)).toBe(false);
  });

  test.each([
    ['CKR_PIN_INVALID', 'pin-unsuitable'],
    ['CKR_PIN_LEN_RANGE', 'pin-unsuitable'],
    ['CKR_PIN_TOO_WEAK', 'pin-unsuitable'],
    ['CKR_PIN_LOCKED', 'pin-locked'],
    ['CKR_PIN_EXPIRED', 'token-failed'],
    ['CKR_FUNCTION_NOT_SUPPORTED', 'token-failed'],
    ['CKR_TOKEN_WRITE_PROTECTED', 'token-failed'],
    ['CKR_FUNCTION_CANCELED', 'token-failed'],
    ['CKR_DEVICE_ERROR', 'pin-unclear'],
    ['CKR_GENERAL_ERROR', 'pin-unclear'],
  ] as const)('%s of the token is said in words', (error, code) => {
    const { connection: faulty, injector } = faultyConnection(token);
    faulty.login(token.pin);
    injector.answer = (call, answer) => {
      if (call === 'C_GetSessionInfo') injector.arm({ at: 1, when: 'instead', error });
      return answer;
    };
    const refused = failure(() => faulty.changePin({ oldPin: token.pin, newPin: NEW }));
    expect(refused.code).toBe(code);
    expect(refused.unharmed).toBeDefined();
    expect(refused.next).toBeDefined();
  });

  test('a write-protected token is not asked', () => {
    const { connection: faulty, injector } = faultyConnection(token);
    injector.answer = (call, answer) =>
      call === 'C_GetTokenInfo' ? { ...(answer as object), flags: 0x40f } : answer;
    const refused = failure(() => faulty.changePin({ oldPin: token.pin, newPin: NEW }));
    expect(refused.message).toContain('write-protected');
    expect(injector.calls).not.toContain('C_SetPIN');
  });

  test('with a PIN pad no PIN is passed; a token without one needs the PINs', () => {
    expect(failure(() => connection.changePin(null)).code).toBe('pin-missing');
    const { connection: padded, injector } = faultyConnection(token);
    injector.answer = (call, answer) =>
      call === 'C_GetTokenInfo' ? { ...(answer as object), flags: 0x50d } : answer;
    const pins: unknown[] = [];
    injector.tamper = (call, args) => {
      if (call === 'C_SetPIN') pins.push(args[1], args[2]);
    };
    // These have none, so they refuse the empty PIN.
    expect(() => padded.changePin(null)).toThrow();
    expect(pins).toEqual(['', '']);
  });

  test('an expired PIN is reported as such, and is changed without a login if that is possible', () => {
    connection.logout();
    const { connection: faulty, injector } = faultyConnection(token);
    injector.tamper = (call) => {
      if (call === 'C_OpenSession')
        injector.arm({ at: 1, when: 'instead', error: 'CKR_PIN_EXPIRED' });
    };
    expect(failure(() => faulty.login(token.pin)).code).toBe('pin-expired');
    injector.tamper = () => undefined;
    injector.arm(null);
    const change = (): void => faulty.changePin({ oldPin: token.pin, newPin: NEW });
    if (name === 'SoftHSM2') {
      change();
      expect(failsWith(token.pin)).toBe(true);
      expect(failsWith(NEW)).toBe(false);
    } else expect(failure(change).message).toContain('nobody is logged in');
  });
});
