import { isUtf8 } from 'node:buffer';

/**
 * A name from the disk: bytes that are not UTF-8 become lone surrogates (U+DC80 to U+DCFF), so that
 * different names stay different. Never pass such a name to a system call: it would be another
 * file.
 */
export const nameOfBytes = (bytes: Buffer): string => {
  if (isUtf8(bytes)) return bytes.toString();
  let name = '';
  for (let at = 0; at < bytes.length;) {
    const length = characterAt(bytes, at);
    name += length === 0 ? String.fromCharCode(0xdc00 + (bytes[at] ?? 0)) : '';
    name += bytes.toString('utf8', at, at + length);
    at += Math.max(1, length);
  }
  return name;
};

/** Length in bytes of the UTF-8 character that starts here; 0 if there is none. */
const characterAt = (bytes: Buffer, at: number): number =>
  [1, 2, 3, 4].find((length) => isUtf8(bytes.subarray(at, at + length))) ?? 0;

export const isUtf8Name = (name: string): boolean => !/\p{Surrogate}/u.test(name);

/** A name that is not UTF-8, as it is shown: `b\xff`. */
export const shownName = (name: string): string =>
  name.replace(
    /\p{Surrogate}/gu,
    (unit) => `\\x${(unit.charCodeAt(0) & 0xff).toString(16).padStart(2, '0')}`,
  );
