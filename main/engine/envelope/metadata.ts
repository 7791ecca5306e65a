import * as v from 'valibot';
import { utcTimeSchema } from '../../../shared/time.ts';
import { metadataDamaged } from '../../../shared/messages/failures/encrypted-files.ts';
import { nameNotStorable } from '../../../shared/messages/failures/files.ts';
import { readCanonical } from './canonical.ts';

/** What segment 0 tells about the file. */
export interface FileMetadata {
  /** A name without any folder. */
  readonly name: string;
  /** Time of the last change, ISO 8601 in UTC with milliseconds, years 0001 … 9999. */
  readonly mtime: string;
  /** Permission bits, 0 … 0o777. */
  readonly mode: number;
}

/** The length is rounded up so that it does not tell the length of the name. */
const PADDING_UNIT = 256;
const SPACE = 0x20;
const LONGEST_NAME = 255;
const PERMISSION_BITS = 0o777;
const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/** Control characters, lone surrogates and both separators, whatever the platform. */
const FORBIDDEN = /[\p{Cc}\p{Cs}/\\]/u;

/** Whether a name is a plain file name that cannot lead anywhere else; docs/format.md, "Names". */
export const isStorableName = (name: string): boolean =>
  !['', '.', '..'].includes(name) &&
  !FORBIDDEN.test(name) &&
  Buffer.byteLength(name) <= LONGEST_NAME;

/** A file time (milliseconds since 1970) as the format writes it; clamped to what it can hold. */
export const storedTime = (milliseconds: number): string =>
  new Date(Math.min(Math.max(milliseconds, EARLIEST), LATEST)).toISOString();

const metadataSchema = v.strictObject({
  name: v.pipe(v.string(), v.check(isStorableName)),
  mtime: utcTimeSchema,
  mode: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(PERMISSION_BITS)),
});

const write = ({ name, mtime, mode }: FileMetadata): string =>
  JSON.stringify({ name, mtime, mode });

/**
 * The plaintext of segment 0: JSON and spaces up to a multiple of 256 bytes. Set-user-id,
 * set-group-id and sticky bits are left out. Throws Failure('name-unusable').
 */
export const encodeMetadata = ({ name, mtime, mode }: FileMetadata): Buffer => {
  if (!isStorableName(name)) throw nameNotStorable(name);
  const stored = v.parse(metadataSchema, { name, mtime, mode: mode & PERMISSION_BITS });
  const text = Buffer.from(write(stored));
  const padded = Buffer.alloc(Math.ceil(text.length / PADDING_UNIT) * PADDING_UNIT, SPACE);
  padded.set(text);
  return padded;
};

const withoutPadding = (bytes: Uint8Array): Uint8Array => {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === SPACE) end -= 1;
  return bytes.subarray(0, end);
};

const decodeText = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw metadataDamaged('not UTF-8');
  }
};

/** Reads the plaintext of segment 0. Throws Failure('metadata-damaged'). */
export const parseMetadata = (bytes: Uint8Array): FileMetadata => {
  if (bytes.length === 0 || bytes.length % PADDING_UNIT !== 0)
    throw metadataDamaged(`${bytes.length} bytes`);
  return readCanonical(decodeText(withoutPadding(bytes)), {
    schema: metadataSchema,
    write,
    fail: metadataDamaged,
  });
};
