import { beforeAll, expect, it } from 'vitest';
import { sha256 } from '../../system/sha256.ts';
import { makeSoftwareSigner } from '../pdf/testing/software-signer.ts';
import { signPdf } from '../pdf/signature.ts';
import { checkPdfSignature } from './pdf-signature.ts';

/** The parts of a PDF that a signature is about, as the program leaves room for it. */
const unsigned = `%PDF-1.7\n/ByteRange [0 9999999999 9999999999 9999999999]\n/Contents <${'0'.repeat(8192)}>\nA rendering of a report.\n%%EOF\n`;

let pdf: Buffer;
let certificate: string;
beforeAll(async () => {
  const signer = await makeSoftwareSigner('a'.repeat(32), new Date('2026-11-22T03:11:05Z'));
  certificate = sha256(signer.certificate);
  pdf = await signPdf(Buffer.from(unsigned), signer);
});

it('distinguishes an intact PDF from one that the named key did not sign', () => {
  expect(checkPdfSignature(pdf, certificate)).toBe('whole');
  expect(checkPdfSignature(pdf, 'ab'.repeat(32))).toBe('other');
  expect(checkPdfSignature(pdf, null)).toBe('other');
  expect(checkPdfSignature(Buffer.from('%PDF-1.7\n'), certificate)).toBe('none');
});

it('finds every changed bit outside the signature, and additions', () => {
  const end = pdf.indexOf('\nA rendering');
  for (const at of [0, 5, 8, end + 5, pdf.length - 2]) {
    const bitten = Buffer.from(pdf);
    bitten[at] = (bitten[at] ?? 0) ^ 1;
    expect([at, checkPdfSignature(bitten, certificate)]).toEqual([at, 'broken']);
  }
  expect(checkPdfSignature(Buffer.concat([pdf, Buffer.from('\n')]), certificate)).toBe('broken');
  const forged = Buffer.from(pdf);
  const start = pdf.indexOf('/Contents <') + '/Contents <'.length;
  forged.write('00', start + 200, 'latin1');
  expect(checkPdfSignature(forged, certificate)).not.toBe('whole');
});
