import { Failure } from '../../failure.ts';
import { n } from '../../numbers.ts';

/** Of encrypted files that are damaged, or that no key here opens; `detail` says where. */

const ONLY_READ = 'The encrypted file was only read and is unchanged.';
const OTHER_COPY = 'Fetch the file again from where it came from, or from a backup.';

export const notEncrypted = (): Failure =>
  new Failure('not-encrypted', 'This is not an encrypted file: it does not start like one.', {
    unharmed: ONLY_READ,
    next: 'Choose a file that Claviger has encrypted. Its name usually ends in .clv.',
  });

export const headerDamaged = (detail: string): Failure =>
  new Failure('header-damaged', 'The header of this encrypted file is damaged.', {
    unharmed: ONLY_READ,
    next: OTHER_COPY,
    detail,
  });

export const unknownVersion = (version: number): Failure =>
  new Failure('header-damaged', `This file says it has format version ${version}, not 1.`, {
    unharmed: ONLY_READ,
    next: 'If it comes from a newer Claviger, open it there. Otherwise its header is damaged.',
    detail: 'byte 8',
  });

export const wrongBodyKey = (): Failure =>
  new Failure('wrong-body-key', 'The file key does not belong to the body of this file.', {
    unharmed: ONLY_READ,
    next: `The header may come from another file. ${OTHER_COPY}`,
    detail: 'the 32 bytes of the seal differ',
  });

export const headerAltered = (detail?: string): Failure =>
  new Failure('header-altered', 'The header of this file was changed after it was written.', {
    unharmed: ONLY_READ,
    next: OTHER_COPY,
    ...(detail === undefined ? {} : { detail }),
  });

const lengths = (actual: number, expected: number): string =>
  `${n(actual)} bytes instead of ${n(expected)}`;

export const cutShort = (actual: number, expected: number): Failure =>
  new Failure('cut-short', `This file is cut short: ${n(expected - actual)} bytes are missing.`, {
    unharmed: ONLY_READ,
    next: OTHER_COPY,
    detail: lengths(actual, expected),
  });

export const trailingData = (actual: number, expected: number): Failure =>
  new Failure('trailing-data', `Something was added to this file: ${n(actual - expected)} bytes.`, {
    unharmed: ONLY_READ,
    next: OTHER_COPY,
    detail: lengths(actual, expected),
  });

export const segmentDamaged = (index: number, count: number): Failure =>
  new Failure(
    'segment-damaged',
    index === 0
      ? 'Segment 0 of this file, which holds its name and time, is damaged.'
      : `Segment ${n(index)} of ${n(count)} of this file is damaged.`,
    { unharmed: ONLY_READ, next: OTHER_COPY, detail: 'the tag does not verify' },
  );

export const metadataDamaged = (detail: string): Failure =>
  new Failure('metadata-damaged', 'The stored name or time of this file cannot be used.', {
    unharmed: ONLY_READ,
    next: 'It was written by a program that does not follow the format: ask its sender.',
    detail,
  });

const NO_OUTPUT = 'The file is unchanged and nothing was written.';

export const noKeyForFile = (): Failure =>
  new Failure('no-key', 'No key of this vault can decrypt this file.', {
    unharmed: NO_OUTPUT,
    next: 'Open the vault that has one of its keys, or ask the sender.',
  });

export const wrongKey = (): Failure =>
  new Failure('wrong-key', 'The key that this file names does not open it.', {
    unharmed: NO_OUTPUT,
    next: 'The file may come from another vault or its header may be damaged: try an intact copy.',
  });
