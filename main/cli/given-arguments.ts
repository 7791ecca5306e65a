import { readFileSync } from 'node:fs';
import { nameOfBytes } from '../batch/index.ts';

/**
 * The arguments as they were given. Node replaces bytes that are not UTF-8 by U+FFFD, and the
 * result may be the name of another file.
 */
export const givenArguments = (args: readonly string[]): readonly string[] => {
  if (!args.some((arg) => arg.includes('\ufffd'))) return args;
  try {
    const pieces = split(readFileSync('/proc/self/cmdline'));
    return pieces.slice(pieces.length - args.length).map(nameOfBytes);
  } catch {
    return args; // not Linux: names are Unicode there
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
