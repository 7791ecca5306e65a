import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Failure } from '../../../shared/failure.ts';
import { Pkcs11Module } from './module.ts';
import { testTokens, type TestToken } from './testing/tokens.ts';

const folder = mkdtempSync(join(tmpdir(), 'claviger-module-'));
afterAll(() => rmSync(folder, { recursive: true }));

const failure = (path: string): Failure => {
  try {
    Pkcs11Module.load(path, null, null);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('it loaded');
};

const fileWith = (name: string, bytes: Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

/** The first 64 bytes of an ELF library of the 32-bit class. */
const elf32 = (): Buffer => {
  const header = Buffer.alloc(64);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]).copy(header);
  header.writeUInt16LE(3, 16);
  header.writeUInt16LE(3, 18);
  header.writeUInt32LE(1, 20);
  return header;
};

describe('a library that cannot be used', () => {
  test('is missing', () => {
    const missing = failure(join(folder, 'missing.so'));
    expect(missing.code).toBe('module-not-found');
    expect(missing.detail).toContain('missing.so');
  });

  test.each(['./libsofthsm2.so', 'libsofthsm2.so', '../x/libsofthsm2.so'])(
    'is not named by its full path: %s',
    (path) => {
      expect(failure(path)).toMatchObject({
        code: 'module-not-found',
        message: 'The path of the PKCS#11 library is not a full path.',
      });
    },
  );

  test.each(["configdir='sql:nss' flags=", 'certPrefix="" configdir=./nss', 'configdir="nss"'])(
    'is to open a database that is not named by its full path: %s',
    (parameters) => {
      expect(() => Pkcs11Module.load('/nowhere/libsoftokn3.so', parameters, null)).toThrow(
        'The folder of the key database (configdir) is not a full path.',
      );
    },
  );

  test('is not a library', () => {
    const text = failure(fileWith('text.so', Buffer.alloc(500, 'not a library ')));
    expect(text).toMatchObject({ code: 'module-unusable', message: 'This file is not a library.' });
    expect(failure(fileWith('empty.so', Buffer.alloc(0))).message).toBe(text.message);
  });

  test.runIf(process.platform === 'linux')('is for another kind of processor', () => {
    const other = failure(fileWith('elf32.so', elf32()));
    expect(other.code).toBe('module-unusable');
    expect(other.message).toMatch(/another kind of processor/);
  });

  test.runIf(process.platform === 'linux')('is a library, but not of PKCS#11', () => {
    const addon = join(
      import.meta.dirname,
      '../../../node_modules/pkcs11js/build/Release/pkcs11.node',
    );
    expect(failure(addon).message).toMatch(/not a PKCS#11 library/);
  });
});

describe.each(testTokens)('the library of $name', ({ name, make }) => {
  let token: TestToken;
  beforeAll(() => {
    token = make();
  });
  afterAll(() => token.remove());

  test('is initialised once and loaded as often as wanted', () => {
    const { modulePath, parameters } = token.target;
    const first = Pkcs11Module.load(modulePath, parameters, null);
    const second = Pkcs11Module.load(modulePath, parameters, null);
    expect(second.first).toBe(false);
    expect(second.info()).toEqual(first.info());
    expect(first.info().description).not.toMatch(/\s$/);
  });

  test('lists its tokens with what they report', () => {
    const module = Pkcs11Module.load(token.target.modulePath, token.target.parameters, null);
    const found = module.tokens().find((candidate) => candidate.label === token.target.label);
    expect(found).toMatchObject({
      initialised: true,
      loginRequired: true,
      pinPad: false,
      pinState: 'ok',
      writeProtected: false,
      maxSessions: null,
      manufacturer: name === 'SoftHSM2' ? 'SoftHSM project' : 'Mozilla Foundation',
    });
    expect(found?.mechanisms).toBeGreaterThan(20);
    expect(found?.serial).toMatch(/^[0-9a-f]{16}$/);
  });
});
