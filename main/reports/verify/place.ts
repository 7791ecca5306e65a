/* Where something stands in a report's file, which is indented as `reportPieces` does it. */

const SEQ = '\n   "seq": ';
const LINE = '"line": "';
const END = '\n  }';

/** The record in which a byte of the file lies, by the number it gives itself; null elsewhere. */
export const recordAround = (bytes: Buffer, at: number): number | null => {
  const start = bytes.lastIndexOf(SEQ, at);
  if (start === -1) return null;
  const end = bytes.indexOf(END, start);
  const seq = Number.parseInt(bytes.toString('latin1', start + SEQ.length, start + 40), 10);
  return (end !== -1 && end < at) || Number.isNaN(seq) ? null : seq;
};

/** The byte of the file at which a record's line starts; -1 where it is not in the list. */
export const byteOfLine = (bytes: Buffer, seq: number): number => {
  const start = bytes.indexOf(`\n  {${SEQ}${seq},\n`);
  return start === -1 ? -1 : bytes.indexOf(LINE, start) + LINE.length;
};

/** The byte of the file at which a byte of a record's line stands: JSON writes some of them longer. */
export const byteInLine = (bytes: Buffer, seq: number, line: string, at: number): number => {
  const start = byteOfLine(bytes, seq);
  const before = Buffer.from(line).subarray(0, at).toString('utf8');
  return start === -1 ? -1 : start + Buffer.byteLength(JSON.stringify(before)) - '""'.length;
};
