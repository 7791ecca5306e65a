import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { parse } from 'valibot';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  type MockInstance,
  vi,
} from 'vitest';
import { keyIdSchema, vaultIdSchema } from '../../../shared/ids.ts';
import { createKey } from '../keys/create-key.ts';
import { KeySession, type LoadedKey } from '../keys/key-session.ts';
import { createMasters, findMasters, type Masters, type VaultToken } from '../keys/vault-token.ts';
import { noLimits } from '../pkcs11/templates.ts';
import { TokenConnection } from '../pkcs11/connection.ts';
import { type FaultInjector, faultyConnection } from '../pkcs11/testing/faults.ts';
import { testTokens, type TestToken } from '../pkcs11/testing/tokens.ts';
import { WorkerPool } from '../worker-pool.ts';
import type { LargeContext } from './large-body.ts';
import { decryptLarge, verifyLarge } from './large-decrypt.ts';
import { encryptLarge } from './large-encrypt.ts';
import { Parts } from './part.ts';
import { encryptWholeFiles } from './whole-files.ts';

/*
 * Every place outside the token that a file key's 32 bytes get to, watched: random bytes from the
 * token, what a slot opened to, and memory that threads share.
 */

const SEGMENT = 4_096;
const DEK_BYTES = 32;

describe.each(testTokens)('file keys of large files on $name', ({ make }) => {
  let test: TestToken;
  let connection: TokenConnection;
  let injector: FaultInjector;
  let masters: Masters;
  let token: VaultToken;
  let context: LargeContext;
  let folder: string;
  let watched: Uint8Array[];
  let slots: MockInstance<KeySession['openSlot']>;

  beforeAll(() => {
    test = make();
    const first = TokenConnection.open(test.target);
    first.login(test.pin);
    ({ connection, injector } = faultyConnection(test));
    const vaultId = parse(vaultIdSchema, randomBytes(16).toString('hex'));
    masters = createMasters(connection, vaultId, noLimits);
    token = findMasters({ connection, vaultId, masters, callerNonce: true });
    const nowhere = new URL('file:///nowhere');
    const setup = { target: test.target, vaultId, masters, callerNonce: true, parent: 0 };
    context = {
      token,
      pool: new WorkerPool(nowhere, setup, 1),
      parts: new Parts(process.ppid),
      passes: pLimit(1),
      // What must fail fails before the workers have anything to do.
      signal: AbortSignal.abort(),
      progress: () => undefined,
    };
    folder = mkdtempSync(join(tmpdir(), 'claviger-file-keys-'));
  });
  afterAll(() => {
    connection.close();
    test.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(() => {
    watched = [];
    const Shared = globalThis.SharedArrayBuffer;
    vi.stubGlobal(
      'SharedArrayBuffer',
      class extends Shared {
        constructor(length: number) {
          super(length);
          if (length === DEK_BYTES) watched.push(new Uint8Array(this));
        }
      },
    );
    injector.answer = (call, answer) => {
      if (call === 'C_GenerateRandom' && answer instanceof Uint8Array) watched.push(answer);
      return answer;
    };
    slots = vi.spyOn(KeySession.prototype, 'openSlot');
  });
  afterEach(() => {
    injector.answer = (_, answer) => answer;
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  const load = (custody: 'resident' | 'hsm-only' | 'hsm-wrapped'): LoadedKey => {
    const id = parse(keyIdSchema, randomBytes(16).toString('hex'));
    const key = { id, version: 1, custody, bulk: 'host' } as const;
    const material = createKey(token, key, { limits: noLimits, cmac: true });
    const software =
      custody === 'hsm-wrapped'
        ? connection.withSession((session) => new KeySession(token, session).unseal(material))
        : null;
    watched = [];
    return { material, software };
  };

  const place = (name: string): string => join(folder, `${name}-${randomBytes(4).toString('hex')}`);

  const expectErased = (): void => {
    const opened = slots.mock.results.flatMap(({ type, value }) =>
      type === 'return' && value?.bulk === 'host' ? [value.dek] : [],
    );
    const keys = [...watched, ...opened].filter(({ length }) => length === DEK_BYTES);
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(key.every((byte) => byte === 0)).toBe(true);
  };

  /** A small file, because the way it is made decides nothing: opened as a large one below. */
  const sealed = async (key: LoadedKey, spoil: (file: Buffer) => Buffer): Promise<string> => {
    const [input, part] = [place('plain'), place('sealed')];
    writeFileSync(input, 'x'.repeat(3 * SEGMENT));
    const job = { index: 0, size: 3 * SEGMENT, planned: null, input, part };
    await encryptWholeFiles(
      { token, parts: context.parts },
      {
        files: [job],
        keys: [key],
        segment: SEGMENT,
      },
    );
    writeFileSync(part, spoil(readFileSync(part)));
    watched = [];
    return part;
  };

  const flip = (file: Buffer, at: number): Buffer => {
    file.writeUInt8(file.readUInt8(at) ^ 1, at);
    return file;
  };

  it('are erased where a later key of the file cannot be used', async () => {
    const [good, bad] = [load('hsm-only'), load('resident')];
    const exchanged = { ...bad, material: { ...bad.material, proof: Buffer.alloc(60) } };
    const [input, part] = [place('plain'), place('part')];
    writeFileSync(input, 'content');
    const job = { index: 0, size: 7, planned: null, input, part };
    const encrypting = encryptLarge(context, { job, keys: [good, exchanged], segment: SEGMENT });
    await expect(encrypting).rejects.toMatchObject({ code: 'proof-failed' });
    expect(existsSync(part)).toBe(false);
    expectErased();
  });

  it('are erased where no header can hold the slots', async () => {
    const key = load('hsm-wrapped');
    const keys = [key, ...Array.from({ length: 500 }, () => key)] as const;
    const [input, part] = [place('plain'), place('part')];
    writeFileSync(input, 'content');
    const job = { index: 0, size: 7, planned: null, input, part };
    await expect(encryptLarge(context, { job, keys, segment: SEGMENT })).rejects.toThrow();
    expectErased();
  });

  const damages: readonly (readonly [string, string, (file: Buffer) => Buffer])[] = [
    ['the seal', 'header-altered', (file) => flip(file, 1_023)],
    ['the length', 'cut-short', (file) => file.subarray(0, -1)],
    ['the metadata', 'segment-damaged', (file) => flip(file, 1_024 + 12)],
  ];

  it.each(damages)('are erased where %s does not hold', async (_, code, spoil) => {
    for (const custody of ['resident', 'hsm-only', 'hsm-wrapped'] as const) {
      const key = load(custody);
      const input = await sealed(key, spoil);
      const job = { index: 0, size: 1, planned: null, input };
      const opening = decryptLarge(context, { ...job, part: place('part') }, [key]);
      await expect(opening).rejects.toMatchObject({ code });
      expectErased();
      watched = [];
      slots.mockClear();
      const verifying = verifyLarge(context, { ...job, original: null }, [key]);
      await expect(verifying).rejects.toMatchObject({ code });
      expectErased();
    }
  });

  it('are erased where the work on a sound file ends early', async () => {
    const key = load('hsm-only');
    const input = await sealed(key, (file) => file);
    const job = { index: 0, size: 1, planned: null, input, part: place('part') };
    await expect(decryptLarge(context, job, [key])).rejects.toMatchObject({ code: 'cancelled' });
    expectErased();
  });
});
