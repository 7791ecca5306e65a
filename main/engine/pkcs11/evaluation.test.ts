import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Failure } from '../../../shared/failure.ts';
import { TokenConnection } from './connection.ts';
import { createEvaluationToken, evaluationTarget, writeEvaluationConfig } from './evaluation.ts';
import { requireSoftHsm } from './known-modules.ts';
import { Pkcs11Module } from './module.ts';
import { createTokenKey, findTokenKey } from './objects.ts';

const PIN = 'correct horse';
const root = mkdtempSync(join(tmpdir(), "claviger évaluation '; "));
const folder = join(root, 'first vault');
afterAll(() => rmSync(root, { recursive: true }));

const failure = (work: () => unknown): Failure => {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('nothing failed');
};

describe('an evaluation token', () => {
  test.each(['a # b', 'a=b', 'x'.repeat(1000)])(
    'is not made where SoftHSM2 could not find it: %s',
    (name) => {
      expect(failure(() => createEvaluationToken(join(root, name), PIN)).code).toBe('usage');
      expect(readdirSync(root)).toEqual([]);
    },
  );

  test('needs a PIN of a length that the token accepts, and is not created otherwise', () => {
    const short = failure(() => createEvaluationToken(folder, '123'));
    expect(short.code).toBe('pin-incorrect');
    expect(short.message).toMatch(/4 to 255/);
    expect(readdirSync(join(folder, 'token'))).toHaveLength(0);
  });

  test('is in its folder, readable only by its owner, and opens with its PIN', () => {
    const target = createEvaluationToken(folder, PIN);
    expect(target.label).toMatch(/^claviger-eval-[0-9a-f]{6}$/);
    expect(statSync(join(folder, 'token')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'softhsm2.conf')).mode & 0o077).toBe(0);
    expect(readdirSync(join(folder, 'token'))).toHaveLength(1);
    const connection = TokenConnection.open(target);
    expect(connection.token).toMatchObject({ label: target.label, serial: target.serial });
    expect(connection.login(PIN)).toBe('verified');
    connection.close();
  });

  test('cannot be created in a second folder by the same process, which would put it elsewhere', () => {
    const elsewhere = failure(() => createEvaluationToken(join(root, 'other'), PIN));
    expect(elsewhere.code).toBe('module-unusable');
    expect(readdirSync(join(root, 'other', 'token'))).toHaveLength(0);
  });

  test('keeps its keys when its folder is moved and the configuration written again', () => {
    const { label } = createEvaluationToken(folder, PIN);
    const before = TokenConnection.open(evaluationTarget(folder, label));
    before.login(PIN);
    const key = before.withSession((session) => createTokenKey(session, 'moved', 'data'));
    before.close();
    before.module.native.C_Finalize();

    const moved = join(root, 'second place');
    renameSync(folder, moved);
    writeEvaluationConfig(moved);
    expect(readFileSync(join(moved, 'softhsm2.conf'), 'utf8')).toContain(join(moved, 'token'));
    const after = TokenConnection.open(evaluationTarget(moved, label));
    after.login(PIN);
    after.withSession((session) => expect(findTokenKey(session, key, 'data')).toBeDefined());
    after.close();
  });

  test('its configuration is never missing or incomplete, even while several engines write it', async () => {
    const home = mkdtempSync(join(root, 'busy '));
    const built = new URL('../../../out/main/engine/pkcs11/evaluation.js', import.meta.url);
    const file = join(home, 'softhsm2.conf');
    // As of a vault that was moved, each time: what is right already is not written again.
    const program = `import { renameSync, writeFileSync } from 'node:fs';
      import { writeEvaluationConfig } from ${JSON.stringify(built.href)};
      const [file, stale] = ${JSON.stringify([file, join(root, 'stale ')])};
      for (let time = 0; time < 1000; time++) {
        writeFileSync(stale + process.pid, 'stale');
        renameSync(stale + process.pid, file);
        writeEvaluationConfig(${JSON.stringify(home)});
      }`;
    mkdirSync(join(home, 'token'));
    writeEvaluationConfig(home);
    const whole = readFileSync(file, 'utf8');
    const writers = [1, 2].map(() =>
      spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' }),
    );
    const ended = Promise.all(writers.map((writer) => once(writer, 'exit')));
    while (writers.some(({ exitCode }) => exitCode === null)) {
      expect([whole, 'stale']).toContain(readFileSync(file, 'utf8'));
      await new Promise(setImmediate);
    }
    expect(await ended).toEqual([
      [0, null],
      [0, null],
    ]);
    expect(readdirSync(home).toSorted()).toEqual(['softhsm2.conf', 'token']);
    const before = statSync(file).ino;
    writeEvaluationConfig(home);
    expect(statSync(file).ino).toBe(before);
  });

  test('the officer PIN is stored nowhere, and is none of the usual ones', () => {
    const target = createEvaluationToken(join(root, 'second place'), PIN);
    const module = Pkcs11Module.load(target.modulePath, null, null);
    const token = module.tokens().find((candidate) => candidate.label === target.label);
    const slot = Buffer.from(token?.slotId ?? '', 'hex');
    const session = module.native.C_OpenSession(slot, 6);
    for (const pin of ['12345678', 'so-pin', PIN, '0000']) {
      expect(() => module.native.C_Login(session, 0, pin)).toThrow('CKR_PIN_INCORRECT');
    }
    module.native.C_CloseSession(session);
  });

  test('without SoftHSM2 it says how to install it, per system', () => {
    expect(failure(() => requireSoftHsm([], 'linux')).next).toMatch(/apt install softhsm2/);
    expect(failure(() => requireSoftHsm([], 'darwin')).next).toMatch(/brew install softhsm/);
    expect(failure(() => requireSoftHsm([], 'win32')).code).toBe('module-not-found');
  });
});
