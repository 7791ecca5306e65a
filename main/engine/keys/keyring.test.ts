import { parse } from 'valibot';
import { beforeEach, describe, expect, it } from 'vitest';
import { keyIdSchema } from '../../../shared/ids.ts';
import type { KeyMaterial } from '../../../shared/keys.ts';
import { Keyring } from './keyring.ts';

const material = (digit: string): KeyMaterial => ({
  id: parse(keyIdSchema, digit.repeat(32)),
  version: 1,
  custody: 'hsm-wrapped',
  bulk: 'host',
  kcv: '010203',
  blob: new Uint8Array(60),
  objectId: null,
  proof: null,
});

describe('the keyring', () => {
  let now = 0;
  let set = 0;
  let unsealed: Buffer[] = [];
  let keyring: Keyring;
  beforeEach(() => {
    now = 0;
    set = 0;
    unsealed = [];
    const unseal = (): Buffer => {
      const bytes = Buffer.alloc(32, 0xab);
      unsealed.push(bytes);
      return bytes;
    };
    keyring = new Keyring({ idleMs: 100, absoluteMs: 1_000 }, unseal, {
      steady: () => now,
      wall: () => set + now,
    });
  });

  const use = (key: KeyMaterial): Promise<Uint8Array> =>
    keyring.use(key, (bytes) => Promise.resolve(bytes));
  const isZero = (bytes: Uint8Array | undefined): boolean =>
    bytes?.every((byte) => byte === 0) === true;

  it('unseals a key once while it is used, and keeps no other copy', async () => {
    await use(material('a'));
    await use(material('a'));
    expect(unsealed).toHaveLength(1);
    expect(isZero(unsealed[0])).toBe(true);
  });

  it('erases a key that has been idle for its time', async () => {
    const bytes = await use(material('a'));
    now = 99;
    keyring.sweep();
    expect(isZero(bytes)).toBe(false);
    now = 100;
    keyring.sweep();
    expect(isZero(bytes)).toBe(true);
    expect(keyring.list()).toEqual([]);
  });

  it.each([-86_400_000, 86_400_000])(
    'keeps a key neither longer nor shorter where the clock is moved by %d ms',
    async (moved) => {
      const bytes = await use(material('a'));
      set = moved;
      now = 99;
      keyring.sweep();
      expect(isZero(bytes)).toBe(false);
      expect(keyring.list()[0]?.since).toBe(new Date(moved).toISOString());
      now = 100;
      keyring.sweep();
      expect(isZero(bytes)).toBe(true);
    },
  );

  it('erases a key after its absolute time, even if it is in constant use', async () => {
    const first = await use(material('a'));
    for (now = 50; now < 1_000; now += 50) await use(material('a'));
    expect(unsealed).toHaveLength(1);
    now = 1_000;
    const second = await use(material('a'));
    expect(isZero(first)).toBe(true);
    expect(unsealed).toHaveLength(2);
    expect(isZero(second)).toBe(false);
  });

  it('erases a cleared key only when its last user is done', async () => {
    let seen: Uint8Array | undefined;
    await keyring.use(material('a'), (bytes) => {
      keyring.flush();
      expect(isZero(bytes)).toBe(false);
      expect(keyring.list()).toEqual([]);
      seen = bytes;
      return Promise.resolve();
    });
    expect(isZero(seen)).toBe(true);
  });

  it('erases a cleared key also if its user fails', async () => {
    let seen: Uint8Array | undefined;
    const failing = keyring.use(material('a'), (bytes) => {
      seen = bytes;
      keyring.flush();
      return Promise.reject(new Error('no'));
    });
    await expect(failing).rejects.toThrow('no');
    expect(isZero(seen)).toBe(true);
  });

  it('clears one key and keeps the others', async () => {
    const a = await use(material('a'));
    const b = await use(material('b'));
    keyring.flush(material('a').id);
    expect([isZero(a), isZero(b)]).toEqual([true, false]);
    expect(keyring.list().map(({ id }) => id)).toEqual([material('b').id]);
  });

  it('shows when a key came in and was last used, never its bytes', async () => {
    await use(material('a'));
    now = 60;
    await use(material('a'));
    expect(keyring.list()).toEqual([
      {
        id: material('a').id,
        version: 1,
        since: '1970-01-01T00:00:00.000Z',
        lastUsed: '1970-01-01T00:00:00.060Z',
      },
    ]);
  });
});
