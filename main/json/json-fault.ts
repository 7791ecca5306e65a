import { createRequire } from 'node:module';
import type jsonc from 'jsonc-parser';
import { once } from '../../shared/once.ts';

const parser = once(() => createRequire(import.meta.url)('jsonc-parser') as typeof jsonc);

/**
 * Offset in bytes of the first token that keeps a text from being JSON (RFC 8259); the text's length
 * where it only ends too early. JSON.parse names no position that can be relied on.
 * @param text not nested deeper than `tooDeepAt` allows
 */
export const jsonFault = (text: string): number => {
  const errors: jsonc.ParseError[] = [];
  parser().parse(text, errors, { disallowComments: true });
  const at = errors.reduce((first, { offset }) => Math.min(first, offset), text.length);
  return Buffer.byteLength(text.slice(0, at));
};
