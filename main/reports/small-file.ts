import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileNotRead } from '../../shared/messages/failures/disk.ts';
import {
  type FileContent,
  notACheckpoint,
  notAReply,
} from '../../shared/messages/failures/reports.ts';
import { parseCheckpointText } from '../pki/index.ts';
import { storageFailure } from '../system/index.ts';
import { REPORT_FORMATS } from './report.ts';
import { requireFile } from './require-file.ts';

/** A checkpoint or a reply is small; of a larger file its head tells what it is. */
const SMALL = 64 * 1024;

/** The note of a kept checkpoint. @throws Failure that says what the file is instead */
export const readCheckpointFile = async (file: string): Promise<string> => {
  const { bytes, isWhole } = await readHead(file);
  const note = bytes.toString('utf8');
  if (isWhole && isCheckpoint(note)) return note;
  throw notACheckpoint(path.basename(file), contentOf(bytes));
};

/** What a time-stamping authority answered. @throws Failure that says what the file is instead */
export const readReplyFile = async (file: string): Promise<Buffer> => {
  const { bytes, isWhole } = await readHead(file);
  if (isWhole && isReply(bytes)) return bytes;
  throw notAReply(path.basename(file), contentOf(bytes));
};

const readHead = async (file: string): Promise<{ bytes: Buffer; isWhole: boolean }> => {
  try {
    requireFile(file, await stat(file));
    const handle = await open(file, 'r');
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(SMALL + 1), 0, SMALL + 1, 0);
      return { bytes: buffer.subarray(0, bytesRead), isWhole: bytesRead <= SMALL };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw storageFailure(error, fileNotRead(path.basename(file)));
  }
};

const ORIGIN = 'claviger.invalid/';
/** 89 C L V: the first bytes of an encrypted file (docs/format.md). */
const ENCRYPTED = Buffer.from('89434c56', 'hex');
/** DER of id-ct-TSTInfo, 1.2.840.113549.1.9.16.1.4 (RFC 3161 §2.4.2): what a reply holds. */
const TST_INFO = Buffer.from('060b2a864886f70d0109100104', 'hex');
/** DER of the name of SHA-256, 2.16.840.1.101.3.4.2.1: what a request of some 40 bytes or more has. */
const SHA256_NAME = Buffer.from('0609608648016503040201', 'hex');
const DER_SEQUENCE = 0x30;

const isCheckpoint = (note: string): boolean =>
  parseCheckpointText(note.slice(0, note.lastIndexOf('\n\n') + 1)) !== null;

const isReply = (bytes: Buffer): boolean => bytes[0] === DER_SEQUENCE && bytes.includes(TST_INFO);

const contentOf = (bytes: Buffer): FileContent => {
  const head = bytes.subarray(0, 200).toString('latin1');
  if (bytes.length === 0) return 'empty';
  if (head.startsWith('{') && REPORT_FORMATS.some((format) => head.includes(format)))
    return 'report';
  if (head.startsWith('%PDF-')) return 'pdf';
  if (bytes.subarray(0, ENCRYPTED.length).equals(ENCRYPTED)) return 'encrypted-file';
  if (isReply(bytes)) return 'reply';
  if (bytes[0] === DER_SEQUENCE && bytes.includes(SHA256_NAME)) return 'request';
  if (isCheckpoint(bytes.toString('utf8'))) return 'checkpoint';
  if (head.startsWith(ORIGIN)) return 'damaged-checkpoint';
  return 'other';
};
