import { once } from 'node:events';
import { renameSync, rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Failure, type FailureCode } from '../../../shared/failure.ts';
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
const code = (work: () => unknown): FailureCode => failure(work).code;

/** A second thread with nothing but the addon: what the design of the workers rests on. */
const inThread = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { PKCS11 } = require('pkcs11js');
  const native = new PKCS11();
  native.load(workerData.modulePath);
  let initialise = 'CKR_OK';
  try { native.C_Initialize({ flags: 2 }); } catch (error) { initialise = error.message; }
  const session = native.C_OpenSession(Buffer.from(workerData.slot, 'hex'), 6);
  const { state } = native.C_GetSessionInfo(session);
  native.C_CloseSession(session);
  parentPort.postMessage({ initialise, state });
`;

describe.each(testTokens)('the way to $name', ({ name, make }) => {
  let token: TestToken;
  let connection: TokenConnection;
  beforeAll(() => {
    token = make();
    connection = TokenConnection.open(token.target);
  });
  beforeEach(() => connection.logout());
  afterAll(() => token.remove());

  test('a login is checked once and then known', () => {
    expect(connection.login(token.pin)).toBe('verified');
    expect(connection.login('wrong')).toBe('already');
  });

  test('a wrong PIN is reported, and the right one works afterwards', () => {
    const wrong = failure(() => connection.login('314159'));
    expect(wrong.code).toBe('pin-incorrect');
    expect(wrong.detail).toBe('C_Login CKR_PIN_INCORRECT');
    expect(wrong.next).toMatch(name === 'SoftHSM2' ? /Few tries remain/ : /again/);
    expect(connection.login(token.pin)).toBe('verified');
  });

  test('a token without a PIN pad needs a PIN', () => {
    expect(code(() => connection.login(null))).toBe('pin-missing');
  });

  test('a token with a PIN pad is asked to log in without a PIN', () => {
    const { connection: padded, injector } = faultyConnection(token);
    injector.answer = (call, answer) =>
      call === 'C_GetTokenInfo' ? { ...(answer as object), flags: 0x50d } : answer;
    const pins: unknown[] = [];
    injector.tamper = (call, args) => {
      if (call === 'C_Login') pins.push(args[2]);
    };
    expect(padded.token.pinPad).toBe(true);
    expect(code(() => padded.login(null))).toBe('pin-incorrect');
    expect(pins).toEqual(['']);
  });

  test.each([
    [0x40d | 0x10000, 'pin-incorrect', /Few tries/],
    [0x40d | 0x20000, 'pin-incorrect', /One try/],
    [0x40d | 0x40000, 'pin-locked', /security officer/],
  ])('says how many tries remain: token flags %i', (flags, expected, words) => {
    const { connection: low, injector } = faultyConnection(token);
    injector.answer = (call, answer) =>
      call === 'C_GetTokenInfo' ? { ...(answer as object), flags } : answer;
    const wrong = failure(() => low.login('314159'));
    expect(wrong.code).toBe(expected);
    expect(wrong.next).toMatch(words);
  });

  test('a PIN that cannot be right is not sent to the token', () => {
    connection.login(token.pin);
    connection.logout();
    for (const pin of ['', 'x'.repeat(connection.token.pinLength.max + 1)]) {
      const impossible = failure(() => connection.login(pin));
      expect(impossible.code).toBe('pin-incorrect');
      expect(impossible.unharmed).toContain('none of its tries was used');
    }
    expect(connection.token.pinState).toBe('ok');
  });

  test('the login continues after every session that used it has ended', () => {
    connection.login(token.pin);
    for (let i = 0; i < 3; i++) connection.withSession((session) => session.random(8));
    expect(connection.withSession((session) => createTokenKey(session, `k`, 'data'))).toBeDefined();
  });

  test('without a login nothing is searched, so that no key seems to be missing', () => {
    connection.login(token.pin);
    const key = connection.withSession((session) => createTokenKey(session, 'found', 'data'));
    connection.logout();
    const search = (): unknown => connection.withSession((session) => findTokenKey(session, key));
    expect(code(search)).toBe('not-logged-in');
    connection.login(token.pin);
    expect(search).not.toThrow();
  });

  test('two connections share one login', () => {
    connection.login(token.pin);
    const other = TokenConnection.open(token.target);
    expect(other.withSession((session) => session.random(4))).toHaveLength(4);
  });

  test('another thread that loads the library is logged in with this one', async () => {
    connection.login(token.pin);
    const { modulePath } = token.target;
    const worker = new Worker(inThread, {
      eval: true,
      workerData: { modulePath, slot: connection.token.slotId },
    });
    const [answer] = (await once(worker, 'message')) as unknown[];
    expect(answer).toEqual({ initialise: 'CKR_CRYPTOKI_ALREADY_INITIALIZED', state: 3 });
    await worker.terminate();
  });

  test('if every session is closed the login is lost, which is reported, and can be repeated', () => {
    connection.login(token.pin);
    connection.module.native.C_CloseAllSessions(Buffer.from(connection.token.slotId, 'hex'));
    expect(code(() => connection.withSession((session) => session.random(1)))).toBe(
      'not-logged-in',
    );
    expect(connection.login(token.pin)).toBe('verified');
    connection.withSession((session) => expect(session.random(1)).toHaveLength(1));
  });

  test('a session that is closed during its work counts as a removed token', () => {
    connection.login(token.pin);
    const pulled = (): unknown =>
      connection.withSession((session) => {
        connection.module.native.C_CloseAllSessions(Buffer.from(connection.token.slotId, 'hex'));
        return session.find({ token: true });
      });
    expect(code(pulled)).toBe('token-removed');
  });

  test('another label or serial number finds nothing, and the existing tokens are listed', () => {
    const { target } = token;
    const other = failure(() => TokenConnection.open({ ...target, label: 'nobody' }));
    expect(other.code).toBe('token-not-found');
    expect(other.detail).toContain(target.label);
    expect(code(() => TokenConnection.open({ ...target, serial: 'nothing' }))).toBe(
      'token-not-found',
    );
  });

  test('a token whose storage is missing fails with a message', () => {
    connection.login(token.pin);
    const away = `${token.folder}.away`;
    renameSync(token.folder, away);
    try {
      const create = (): unknown =>
        connection.withSession((session) => createTokenKey(session, 'x', 'data'));
      const codes: FailureCode[] = ['token-removed', 'token-failed'];
      expect(codes).toContain(code(create));
      if (name === 'SoftHSM2') expect(code(create)).toBe('token-removed');
    } finally {
      renameSync(away, token.folder);
      rmSync(away, { recursive: true, force: true });
    }
  });
});
