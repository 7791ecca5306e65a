import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';

/** Writes a changed copy of a file beside it. */
export const damaged = (
  file: string,
  name: string,
  change: (bytes: Buffer<ArrayBuffer>) => Buffer,
): string => {
  const copy = file.replace(/\.clv$/, `-${name}.clv`);
  copyFileSync(file, copy);
  writeFileSync(copy, change(readFileSync(copy)));
  return copy;
};

export const flipBit = (bytes: Buffer<ArrayBuffer>, at: number): Buffer => {
  const position = at < 0 ? bytes.length + at : at;
  bytes[position] = (bytes[position] ?? 0) ^ 1;
  return bytes;
};

/** Offset of segment 0: the header's length, big endian at byte 10 (docs/format.md). */
export const areaOf = (bytes: Buffer): number => bytes.readUInt16BE(10);
