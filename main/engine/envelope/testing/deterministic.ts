import { createHash } from 'node:crypto';

/** Bytes that look random and are the same every time: SHA-256(label ‖ "/" ‖ 0), …/1, … */
export const derive = (label: string, length: number): Buffer => {
  const blocks: Buffer[] = [];
  for (let block = 0; block * 32 < length; block += 1)
    blocks.push(createHash('sha256').update(`claviger/vector/${label}/${block}`).digest());
  return Buffer.concat(blocks).subarray(0, length);
};

export const deriveHex = (label: string, length: number): string =>
  derive(label, length).toString('hex');

export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');
