import encodeQR from 'qr';
import type { Document } from './internals.ts';
import { colour } from './theme.ts';

/** Four modules of white on each side (ISO/IEC 18004 §9.1). */
const QUIET = 4;

/** Draws text as a QR code, rows of modules merged into bars, in a square of `size` points. */
export const drawQr = (doc: Document, text: string, x: number, y: number, size: number): void => {
  const modules = encodeQR(text, 'raw', { ecc: 'low', border: QUIET });
  const module = size / modules.length;
  doc.save().rect(x, y, size, size).fill(colour.surface);
  modules.forEach((row, line) => {
    for (const [start, length] of bars(row))
      doc.rect(x + start * module, y + line * module, length * module, module);
  });
  doc.fill(colour.text).restore();
};

const bars = (row: readonly boolean[]): [start: number, length: number][] => {
  const found: [number, number][] = [];
  row.forEach((dark, at) => {
    const last = found.at(-1);
    if (!dark) return;
    if (last !== undefined && last[0] + last[1] === at) last[1] += 1;
    else found.push([at, 1]);
  });
  return found;
};
