import { createCipheriv, createDecipheriv, getCipherInfo, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { cmacOfBlock, wrapRfc3394 } from './software.ts';

const hex = (digits: string): Buffer => Buffer.from(digits.replace(/\s/g, ''), 'hex');
const kek = hex('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');

describe('the software that tokens are compared with', () => {
  test('wraps as RFC 3394 §4.6 prints it: 256 bits of key under a 256-bit key', () => {
    const key = hex('00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f');
    const wrapped = hex(
      '28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21',
    );
    expect(wrapRfc3394(kek, key)).toEqual(wrapped);
  });

  test.runIf(getCipherInfo('id-aes256-wrap'))('wraps as OpenSSL does', () => {
    const iv = Buffer.alloc(8, 0xa6);
    for (let i = 0; i < 20; i++) {
      const [wrapping, key] = [randomBytes(32), randomBytes(32)];
      const cipher = createCipheriv('id-aes256-wrap', wrapping, iv);
      const expected = Buffer.concat([cipher.update(key), cipher.final()]);
      expect(wrapRfc3394(wrapping, key)).toEqual(expected);
      const decipher = createDecipheriv('id-aes256-wrap', wrapping, iv);
      expect(decipher.update(wrapRfc3394(wrapping, key))).toEqual(key);
    }
  });

  test('makes the AES-256 CMAC of NIST SP 800-38B, appendix D.3, example 10', () => {
    const key = hex('603deb1015ca71be2b73aef0857d7781 1f352c073b6108d72d9810a30914dff4');
    const block = hex('6bc1bee22e409f96e93d7e117393172a');
    expect(cmacOfBlock(key, block)).toEqual(hex('28a7023f452e8f82bd4bf28d8c37c35c'));
  });
});
