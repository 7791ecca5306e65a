import { describe, expect, it } from 'vitest';
import { aesCmac, KCV_BLOCK, kcvOf } from './cmac.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

// NIST SP 800-38B, appendix D.3 (AES-256), as published in its examples.
const key = hex('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4');
const message = hex(
  '6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51' +
    '30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710',
);

describe('AES-256-CMAC', () => {
  it.each([
    [0, '028962f61b7bf89efc6b551f4667d983'],
    [16, '28a7023f452e8f82bd4bf28d8c37c35c'],
    [40, 'aaf3d8f1de5640c232f5b169b9c911e6'],
    [64, 'e1992190549f6ed5696a2c056c315410'],
  ])('gives the published value over %d bytes', (length, expected) => {
    expect(aesCmac(key, message.subarray(0, length)).toString('hex')).toBe(expected);
  });

  it('does not change the message', () => {
    const before = Buffer.from(message);
    aesCmac(key, message);
    expect(message).toEqual(before);
  });

  it('shows a key check value of six hex digits', () => {
    expect(kcvOf(aesCmac(key, KCV_BLOCK))).toMatch(/^[0-9a-f]{6}$/);
  });
});
