import { readFileSync } from 'node:fs';
import { nameOfBytes } from '../batch/index.ts';

/**
 * The arguments as they were given: Node puts U+FFFD in the place of bytes that are not UTF-8,
 * which may be the name of another file.
 */
export const givenArguments = (args: readonly string[]): readonly string[] => {
  if (!args.some((arg) => arg.includes('\ufffd'))) return args;
  try {
    const pieces = split(readFileSync('/proc/self/cmdline'));
    return pieces.slice(pieces.length - args.length).map(nameOfBytes);
  } catch {
    return args; // no Linux: there names are Unicode
  }
};

/** Each ends with a NUL. */
const split = (bytes: Buffer): Buffer[] => {
  const pieces: Buffer[] = [];
  for (let start = 0, end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, start)) {
    pieces.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return pieces;
};
