import jsonc from 'jsonc-parser';

/**
 * Offset in bytes of the first token that keeps a text from being JSON (RFC 8259); the text's length
 * where it only ends too early. JSON.parse names no position that can be relied on.
 * @param text not nested deeper than `tooDeepAt` allows
 */
export const jsonFault = (text: string): number => {
  const errors: jsonc.ParseError[] = [];
  jsonc.parse(text, errors, { disallowComments: true });
  const at = errors.reduce((first, { offset }) => Math.min(first, offset), text.length);
  return Buffer.byteLength(text.slice(0, at));
};
