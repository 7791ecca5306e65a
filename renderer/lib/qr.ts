import encodeQR from 'qr';

/** Four modules of white on each side (ISO/IEC 18004 §9.1). */
const QUIET = 4;

/** A text as a QR code: how many modules a side has, and an SVG path over the dark ones. */
export const qrOf = (text: string): { readonly size: number; readonly path: string } => {
  const modules = encodeQR(text, 'raw', { ecc: 'low', border: QUIET });
  const path = modules.map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')));
  return { size: modules.length, path: path.flat().join('') };
};
