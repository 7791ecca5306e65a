import { createHash } from 'node:crypto';
import { segmentAad } from '../aad.ts';
import { hostCipher } from '../host-cipher.ts';
import { segmentNonce } from '../nonces.ts';
import { derive, deriveHex } from './deterministic.ts';
import { checkValue, makeSlot } from './software-keys.ts';
import * as v from 'valibot';
import { keyIdSchema } from '../../../../shared/ids.ts';

/** One segment as it shall stand in the file; `index` and `final` go into its AAD. */
export interface CraftedSegment {
  readonly index: number;
  readonly final: boolean;
  readonly plaintext: Uint8Array;
}

/**
 * A file made from raw parts, right or wrong. Hash, seal and tags are always made over what the
 * parts really say, so a reader that tolerates a wrong part would open the file.
 */
export interface Parts {
  /** Bytes 0 – 9. */
  readonly preamble: Buffer;
  /** What bytes 10 and 11 say. */
  readonly areaField: number;
  /** How long the area is. */
  readonly areaLength: number;
  /** One character per byte, with its LF. */
  readonly line1: string;
  readonly line2: string;
  /** What fills the area behind the lines. */
  readonly filler: string;
  readonly sealPlaintext: Buffer;
  readonly segments: readonly CraftedSegment[];
}

export const CRAFT_KEY = derive('craft/key', 32);
export const CRAFT_DEK = derive('craft/dek', 32);
/** A second key and file key, for slots and bodies that do not belong. */
export const OTHER_KEY = derive('craft/other-key', 32);
export const OTHER_DEK = derive('craft/other-dek', 32);
export const S = 4096;

const KEY_ID = v.parse(keyIdSchema, deriveHex('craft/key-id', 16));
const FILE_ID = deriveHex('craft/file-id', 16);
const PREAMBLE = Buffer.from('89434c560d0a1a0a0100', 'hex');

export const METADATA_TEXT = '{"name":"a.txt","mtime":"2026-11-22T08:30:15.250Z","mode":420}';

export const padded = (text: string | Buffer, length = 256): Buffer => {
  const bytes = Buffer.alloc(length, ' ');
  bytes.set(Buffer.from(text));
  return bytes;
};

export const hashOf = ({ preamble, line1 }: Parts): Buffer =>
  createHash('sha256').update(preamble).update(line1, 'latin1').digest();

/** The slot of a crafted file: for CRAFT_KEY, holding CRAFT_DEK unless told otherwise. */
export const slotText = (
  wrap: 'A256KW' | 'A256GCMKW',
  hash: Buffer,
  change: { readonly version?: number; readonly dek?: Buffer } = {},
): string => {
  const slot = makeSlot({
    key: KEY_ID,
    version: change.version ?? 1,
    kcv: checkValue(CRAFT_KEY),
    wrap,
    kek: CRAFT_KEY,
    dek: change.dek ?? CRAFT_DEK,
    hash,
    nonce: derive('craft/slot-nonce', 12),
  });
  const { key, version, kcv } = slot;
  const dek = Buffer.from(slot.dek).toString('base64');
  return JSON.stringify({ key, version, kcv, wrap, dek });
};

const contentSegments = (content: Buffer): CraftedSegment[] => {
  const count = Math.ceil(content.length / S);
  return Array.from({ length: count }, (_, i) => ({
    index: i + 1,
    final: i + 1 === count,
    plaintext: content.subarray(i * S, (i + 1) * S),
  }));
};

/** The parts of a right file with this many content bytes. */
export const rightParts = (size: number, metadata: Buffer = padded(METADATA_TEXT)): Parts => {
  const content = derive('craft/content', size);
  const line1 = `{"suite":"A256GCM","segment":${S},"file":"${FILE_ID}","meta":${metadata.length},"size":${size}}\n`;
  return {
    preamble: PREAMBLE,
    areaField: 512,
    areaLength: 512,
    line1,
    line2: `[${slotText('A256KW', Buffer.alloc(32))}]\n`,
    filler: ' ',
    sealPlaintext: Buffer.alloc(32),
    segments: [{ index: 0, final: size === 0, plaintext: metadata }, ...contentSegments(content)],
  };
};

const sealedPart = (parts: Parts): Buffer => {
  const sealed = Buffer.alloc(parts.areaLength - 60, parts.filler, 'latin1');
  sealed.set(parts.preamble);
  sealed.writeUInt16BE(parts.areaField, 10);
  sealed.write(parts.line1 + parts.line2, 12, 'latin1');
  return sealed;
};

export const craft = (parts: Parts, dek: Buffer = CRAFT_DEK): Buffer => {
  const cipher = hostCipher(dek);
  const sealed = sealedPart(parts);
  const nonce = Buffer.concat([Buffer.of(0xff), derive('craft/seal', 11)]);
  const hash = hashOf(parts);
  const segments = parts.segments.flatMap(({ index, final, plaintext }) => {
    const stored = cipher.encrypt(segmentNonce(index), segmentAad(hash, index, final), plaintext);
    return [stored.nonce, stored.data];
  });
  const seal = cipher.encrypt(nonce, sealed, parts.sealPlaintext).data;
  return Buffer.concat([sealed, nonce, seal, ...segments]);
};
