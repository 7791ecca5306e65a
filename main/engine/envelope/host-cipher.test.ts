import { createCipheriv, createDecipheriv } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { hostCipher, release } from './host-cipher.ts';
import { derive } from './testing/deterministic.ts';

const decipherPrototype = Object.getPrototypeOf(
  createDecipheriv('aes-256-gcm', Buffer.alloc(32), Buffer.alloc(12)),
) as { update: (piece: Uint8Array) => Buffer };

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const nonce = derive('host/nonce', 12);
const aad = derive('host/aad', 45);
const dek = derive('host/dek', 32);

// Test case 16 of McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)", appendix B.
const CASE_16 = {
  key: hex('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308'),
  nonce: hex('cafebabefacedbaddecaf888'),
  aad: hex('feedfacedeadbeeffeedfacedeadbeefabaddad2'),
  plaintext: hex(
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
      '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
  ),
  data: hex(
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
      '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662' +
      '76fc6ece0f4e1768cddf8853bb2d551b',
  ),
};

describe('the host cipher', () => {
  test('is AES-256-GCM', () => {
    const cipher = hostCipher(CASE_16.key);
    const sealed = cipher.encrypt(CASE_16.nonce, CASE_16.aad, CASE_16.plaintext);
    expect(sealed).toEqual({ nonce: CASE_16.nonce, data: CASE_16.data });
    expect(cipher.decrypt(CASE_16.nonce, CASE_16.aad, CASE_16.data)).toEqual(CASE_16.plaintext);
  });

  test.each([1, 16, 65_535, 65_536, 65_537, 262_144, 4_194_304])(
    'takes %i bytes like one update',
    (size) => {
      const plaintext = derive('host/plaintext', size);
      const whole = createCipheriv('aes-256-gcm', dek, nonce, { authTagLength: 16 }).setAAD(aad);
      const expected = Buffer.concat([whole.update(plaintext), whole.final(), whole.getAuthTag()]);
      const { data } = hostCipher(dek).encrypt(nonce, aad, plaintext);
      expect(expected.equals(data)).toBe(true);
      expect(plaintext.equals(hostCipher(dek).decrypt(nonce, aad, data) ?? Buffer.alloc(0))).toBe(
        true,
      );
    },
  );

  const data = Buffer.from(hostCipher(dek).encrypt(nonce, aad, derive('host/text', 32)).data);

  test('never accepts a shorter tag', () => {
    for (let length = 17; length < data.length; length += 1)
      expect(hostCipher(dek).decrypt(nonce, aad, data.subarray(0, length))).toBeNull();
  });

  test('refuses data too short for plaintext', () => {
    expect(() => hostCipher(dek).decrypt(nonce, aad, data.subarray(0, 16))).toThrow(RangeError);
    expect(() => hostCipher(dek).encrypt(nonce, aad, Buffer.alloc(0))).toThrow(RangeError);
  });

  test('refuses nonces of another length', () => {
    for (const length of [0, 8, 11, 13, 16]) {
      const other = Buffer.alloc(length);
      expect(() => hostCipher(dek).decrypt(other, aad, data)).toThrow(RangeError);
      expect(() => hostCipher(dek).encrypt(other, aad, data)).toThrow(RangeError);
    }
  });

  test('refuses another nonce, AAD or key', () => {
    const changed = (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ 1));
    expect(hostCipher(dek).decrypt(changed(nonce), aad, data)).toBeNull();
    expect(hostCipher(dek).decrypt(nonce, changed(aad), data)).toBeNull();
    expect(hostCipher(changed(dek)).decrypt(nonce, aad, data)).toBeNull();
  });

  test.each([100, 300_000])('wipes the plaintext of a failed tag, %i bytes', (size) => {
    const sealed = hostCipher(dek).encrypt(nonce, aad, derive('host/plaintext', size)).data;
    const altered = Buffer.from(sealed);
    altered.writeUInt8(altered.readUInt8(size) ^ 1, size);
    const allocations = vi.spyOn(Buffer, 'allocUnsafeSlow');
    const updates = vi.spyOn(decipherPrototype, 'update');
    try {
      expect(hostCipher(dek).decrypt(nonce, aad, altered)).toBeNull();
      const results = [...updates.mock.results, ...allocations.mock.results];
      const pieces = results.map(({ value }) => value as Buffer);
      expect(pieces.reduce((sum, { length }) => sum + length, 0)).toBeGreaterThanOrEqual(size);
      for (const piece of pieces) expect(piece.every((byte) => byte === 0)).toBe(true);
    } finally {
      allocations.mockRestore();
      updates.mockRestore();
    }
  });

  test('writes only into the given buffer', () => {
    const plaintext = derive('host/plaintext', 300_000);
    const expected = hostCipher(dek).encrypt(nonce, aad, plaintext).data;
    const memory = Buffer.alloc(plaintext.length + 18, 9);
    const sealed = hostCipher(dek).encrypt(nonce, aad, plaintext, memory.subarray(1, -1));
    expect(sealed.data.buffer).toBe(memory.buffer);
    expect(memory).toEqual(Buffer.concat([Buffer.of(9), expected, Buffer.of(9)]));
    expect(() => hostCipher(dek).encrypt(nonce, aad, plaintext, memory)).toThrow(RangeError);
  });

  test.each([100, 300_000])('decrypts %i bytes into the room it is given', (size) => {
    const plaintext = derive('host/plaintext', size);
    const sealed = Buffer.from(hostCipher(dek).encrypt(nonce, aad, plaintext).data);
    const memory = Buffer.alloc(sealed.length + 2, 9);
    const room = memory.subarray(1, -1);
    const opened = hostCipher(dek).decrypt(nonce, aad, sealed, room);
    expect(opened?.buffer).toBe(memory.buffer);
    expect(plaintext.equals(opened ?? Buffer.alloc(0))).toBe(true);
    sealed.writeUInt8(sealed.readUInt8(0) ^ 1);
    expect(hostCipher(dek).decrypt(nonce, aad, sealed, room)).toBeNull();
    expect(room.subarray(0, size).every((byte) => byte === 0)).toBe(true);
    expect([memory[0], memory[sealed.length + 1]]).toEqual([9, 9]);
  });

  test('does not work with an erased key', () => {
    const key = Buffer.from(dek);
    const cipher = hostCipher(key);
    release(key);
    expect(() => cipher.encrypt(nonce, aad, data)).toThrow('released');
    expect(() => cipher.decrypt(nonce, aad, data)).toThrow('released');
    expect(() => hostCipher(Buffer.alloc(16, 1)).encrypt(nonce, aad, data)).toThrow('32 bytes');
  });
});

describe('release', () => {
  test('zeroes exactly the view', () => {
    const memory = new Uint8Array(16).fill(7);
    release(memory.subarray(4, 8));
    expect([...memory]).toEqual([7, 7, 7, 7, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7, 7, 7]);
  });

  test('frees memory only if the view covers all of it', () => {
    const lengths: number[] = [];
    const withTransfer = (memory: ArrayBuffer) =>
      Object.assign(memory, { transfer: (length: number) => lengths.push(length) });
    release(new Uint8Array(withTransfer(new ArrayBuffer(16)), 0, 8));
    release(new Uint8Array(withTransfer(new ArrayBuffer(16)), 8));
    expect(lengths).toEqual([]);
    release(new Uint8Array(withTransfer(new ArrayBuffer(16))));
    expect(lengths).toEqual([0]);
  });
});
