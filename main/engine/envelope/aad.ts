import { emptySlotText, type Slot } from './slots-line.ts';

const SEGMENT_LABEL = 'clv1';
const SLOT_LABEL = 'clv1slot';

/** What a segment's tag also covers, 45 bytes: its file, its place and whether it is the last. */
export const segmentAad = (hash: Uint8Array, index: number, final: boolean): Buffer => {
  const place = Buffer.alloc(9);
  place.writeBigUInt64BE(BigInt(index));
  place.writeUInt8(final ? 1 : 0, 8);
  return Buffer.concat([Buffer.from(SEGMENT_LABEL, 'latin1'), hash, place]);
};

/** What the tag of an A256GCMKW slot also covers: its file and its own words; `dek` is ignored. */
export const slotAad = (hash: Uint8Array, slot: Slot): Buffer =>
  Buffer.concat([
    Buffer.from(SLOT_LABEL, 'latin1'),
    hash,
    Buffer.from(emptySlotText(slot), 'latin1'),
  ]);
