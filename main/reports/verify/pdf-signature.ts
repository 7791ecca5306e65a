import { createHash, verify, X509Certificate } from 'node:crypto';
import { fromBER } from 'asn1js';
import { Certificate, ContentInfo, SignedData } from 'pkijs';
import { sha256 } from '../../system/index.ts';

const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const RANGE = /\/ByteRange \[0 (\d{1,10}) (\d{1,10}) (\d{1,10})\]/g;

/** What the signature of a PDF is worth; `other`: it is whole, but of another key than the report names. */
export type PdfSignature = 'whole' | 'other' | 'broken' | 'none';

/**
 * Checks that no byte of a PDF was changed since it was signed, by the one certificate whose SHA-256
 * (hex) the ledger's first record names.
 */
export const checkPdfSignature = (pdf: Buffer, certificate: string | null): PdfSignature => {
  const ranges = [...pdf.toString('latin1').matchAll(RANGE)];
  if (ranges.length === 0) return 'none';
  const [start, end, rest] = (ranges.at(-1) ?? []).slice(1).map(Number);
  if (start === undefined || end === undefined || rest === undefined) return 'none';
  if (ranges.length > 1 || start >= end || end + rest !== pdf.length) return 'broken';
  const digest = createHash('sha256').update(pdf.subarray(0, start)).update(pdf.subarray(end));
  try {
    const der = signerOf(
      Buffer.from(pdf.toString('latin1', start + 1, end - 1), 'hex'),
      digest.digest(),
    );
    if (der === null) return 'broken';
    return sha256(der) === certificate ? 'whole' : 'other';
  } catch {
    return 'broken'; // what the parser refuses is no signature
  }
};

/** The certificate, in DER, whose key signed this digest; null where it did not. */
const signerOf = (cms: Buffer, digest: Buffer): Buffer | null => {
  const { result } = fromBER(cms); // zeros follow it in the room that was made for it
  const signed = new SignedData({ schema: new ContentInfo({ schema: result }).content });
  const [signer, ...others] = signed.signerInfos;
  const [holder] = signed.certificates ?? [];
  if (signer?.signedAttrs === undefined || others.length > 0 || !(holder instanceof Certificate))
    return null;
  const { attributes, encodedValue } = signer.signedAttrs;
  const stated = attributes.find(({ type }) => type === MESSAGE_DIGEST)?.values[0] as
    { valueBlock?: { valueHexView?: Uint8Array } } | undefined;
  if (!digest.equals(stated?.valueBlock?.valueHexView ?? Buffer.alloc(0))) return null;
  const der = Buffer.from(holder.toSchema().toBER());
  const { publicKey } = new X509Certificate(der);
  const signature = signer.signature.valueBlock.valueHexView;
  return verify('sha256', Buffer.from(encodedValue), publicKey, signature) ? der : null;
};
