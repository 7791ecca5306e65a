import type { Document } from './internals.ts';
import { colour } from './theme.ts';

/** State glyphs of the window, drawn on 14 × 14. */
const shapes = {
  done: 'M7 1a6 6 0 1 0 0 12A6 6 0 0 0 7 1zm3.3 4.5L6.3 9.9 3.7 7.4l1-1 1.5 1.5 3-3.4z',
  failed:
    'M4.4.9h5.2l3.5 3.5v5.2l-3.5 3.5H4.4L.9 9.6V4.4zM5 4.1l-.9.9 2 2-2 2 .9.9 2-2 2 2 .9-.9-2-2 2-2-.9-.9-2 2z',
  caution: 'M7 .8 13.6 12.6H.4zM6.2 5v3.8h1.6V5zm0 4.9v1.5h1.6V9.9z',
  none: 'M3 6.3h8v1.4H3z',
} as const;

export type Glyph = keyof typeof shapes;

const inks: Readonly<Record<Glyph, string>> = {
  done: colour.ok,
  failed: colour.bad,
  caution: colour.warn,
  none: colour.text3,
};

const GRID = 14;

/** x and y of the upper left corner. */
export const drawGlyph = (
  doc: Document,
  glyph: Glyph,
  x: number,
  y: number,
  size: number,
): void => {
  doc
    .save()
    .translate(x, y)
    .scale(size / GRID)
    .path(shapes[glyph])
    .fill(inks[glyph], 'even-odd')
    .restore();
};

const KEY =
  'M14 4.6a5.3 5.3 0 0 1 1.5 10.4v1.6h3.2v2.2h-3.2v1.6h4.4v2.2h-4.4v1H12.5V15A5.3 5.3 0 0 1 14 4.6zm0 2.9a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8z';

/** A key in a rounded square. */
export const drawAppMark = (doc: Document, x: number, y: number, size: number): void => {
  doc
    .save()
    .translate(x, y)
    .scale(size / 28)
    .roundedRect(0, 0, 28, 28, 7)
    .fill(colour.accentFill)
    .path(KEY)
    .fill(colour.surface, 'even-odd')
    .restore();
};

/** The hatching that stands for an evaluation token. */
export const drawHatching = (
  doc: Document,
  x: number,
  y: number,
  width: number,
  height: number,
): void => {
  doc.save().rect(x, y, width, height).clip().lineWidth(1.6);
  for (let at = x - height; at < x + width; at += 5)
    doc.moveTo(at, y + height).lineTo(at + height, y);
  doc.stroke(colour.eval).restore();
};
