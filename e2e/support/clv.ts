import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { areaOf } from './damage.ts';

/*
 * Encrypted files as docs/format.md describes them, read without the program.
 */

const DECRYPTOR = fileURLToPath(new URL('../../scripts/clv-decrypt.py', import.meta.url));
const PYTHON = '/usr/bin/python3';

export interface ClvSlot {
  readonly key: string;
  readonly version: number;
  /** The slot's own text without its wrapped key. */
  readonly text: string;
  readonly dek: Buffer;
}

export interface Clv {
  /** H, 32 bytes. */
  readonly hash: Buffer;
  readonly fileId: string;
  readonly slots: readonly ClvSlot[];
  readonly seal: Buffer;
  /** All segments, as they are stored. */
  readonly body: Buffer;
}

export const readClv = (file: string): Clv => {
  const bytes = readFileSync(file);
  const area = areaOf(bytes);
  const [line1 = '', line2 = ''] = bytes.subarray(12, area).toString('latin1').split('\n');
  const slots = JSON.parse(line2) as { key: string; version: number; dek: string }[];
  return {
    hash: createHash('sha256').update(bytes.subarray(0, 10)).update(`${line1}\n`).digest(),
    fileId: (JSON.parse(line1) as { file: string }).file,
    slots: slots.map((slot) => ({
      ...{ key: slot.key, version: slot.version },
      text: JSON.stringify({ ...slot, dek: '' }),
      dek: Buffer.from(slot.dek, 'base64'),
    })),
    seal: bytes.subarray(area - 60, area),
    body: bytes.subarray(area),
  };
};

/** Decrypts a file with only Python and OpenSSL, given a key of one of its slots or the file key. */
export const openIndependently = (
  file: string,
  option: '--key' | '--dek',
  secret: Buffer,
  out: string,
): void => {
  const input = `${secret.toString('hex')}\n`;
  execFileSync(PYTHON, [DECRYPTOR, option, '-', file, out], { cwd: dirname(file), input });
};
