import { fromBER } from 'asn1js';
import { PKIStatus, SignedData, TimeStampResp, TSTInfo } from 'pkijs';
import { sha256 } from '../system/index.ts';

const SHA256 = '2.16.840.1.101.3.4.2.1';
const TST_INFO = '1.2.840.113549.1.9.16.1.4';
/** Also with changes to what was asked (RFC 3161 §2.4.2). */
const granted: readonly PKIStatus[] = [PKIStatus.granted, PKIStatus.grantedWithMods];

/**
 * Whether bytes are an RFC 3161 reply, and nothing else, for a note: it contains the note's
 * SHA-256 as the hashed message. Who signed it, and when, `openssl ts -verify` tells with the
 * authority's certificate.
 */
export const isReplyOver = (reply: Uint8Array, note: string): boolean =>
  imprintOf(reply) === sha256(Buffer.from(note));

/** The SHA-256 that a reply is about, hex; null where the bytes are no such reply. */
const imprintOf = (reply: Uint8Array): string | null => {
  try {
    const info = infoOf(reply);
    const { hashAlgorithm, hashedMessage } = info.messageImprint;
    if (hashAlgorithm.algorithmId !== SHA256) return null;
    return Buffer.from(hashedMessage.valueBlock.valueHexView).toString('hex');
  } catch {
    return null; // what the parser refuses is no reply
  }
};

const infoOf = (reply: Uint8Array): TSTInfo => {
  const response = new TimeStampResp({ schema: whole(reply) });
  const token = response.timeStampToken;
  if (!granted.includes(response.status.status) || token === undefined)
    throw new Error('not granted');
  const { eContentType, eContent } = new SignedData({ schema: token.content }).encapContentInfo;
  if (eContentType !== TST_INFO || eContent === undefined) throw new Error('no time stamp');
  return new TSTInfo({ schema: whole(new Uint8Array(eContent.getValue())) });
};

/** One DER value that takes up all of the bytes. */
const whole = (bytes: Uint8Array): ReturnType<typeof fromBER>['result'] => {
  const { offset, result } = fromBER(bytes);
  if (offset !== bytes.length) throw new Error('something follows it');
  return result;
};
