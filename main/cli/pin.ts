import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { badPinFile, pinNotGiven, pinsDiffer } from '../../shared/messages/failures/cli.ts';
import { requireText } from '../engine/index.ts';
import type { Terminal } from './terminal.ts';

export interface PinOptions {
  readonly pinFile: string | undefined;
  /** The variable CLAVIGER_PIN. */
  readonly environment: string | undefined;
  readonly terminal: Terminal;
}

const OTHERS_MAY_READ = 0o077;
/** PINs are shorter. A longer file is probably the wrong one. */
const MAX_BYTES = 4096;

/** The PIN from a file, the environment or a prompt. Never from an argument: other users can see those. */
export const readPin = async (options: PinOptions, question: string): Promise<string> => {
  const { pinFile, environment, terminal } = options;
  if (pinFile !== undefined) return pinFromFile(pinFile, terminal);
  if (environment !== undefined && environment !== '') {
    requireText(environment);
    return environment;
  }
  const answer = await terminal.askSecret(question);
  if (answer === null || answer === '') throw pinNotGiven();
  requireText(answer);
  return answer;
};

/** Asks twice for a new PIN: a typing error would lock the vault for ever. */
export const readNewPin = async (options: PinOptions): Promise<string> => {
  const pin = await readPin(options, 'Choose a PIN for the evaluation token: ');
  if (options.pinFile !== undefined || options.environment === pin) return pin;
  const again = await options.terminal.askSecret('Repeat the PIN: ');
  if (again === pin) return pin;
  throw pinsDiffer();
};

const pinFromFile = async (file: string, terminal: Terminal): Promise<string> => {
  const text = await startOf(file, terminal);
  // Every PIN that the token gets uses one of its tries.
  if (text.length > MAX_BYTES || !isUtf8(text)) throw badPinFile(file, 'other');
  const pin = text
    .toString('utf8')
    .replace(/^\uFEFF/, '') // Windows editors write it at the start of a file
    .replace(/\r?\n$/, '');
  if (pin === '') throw badPinFile(file, 'empty');
  return pin;
};

/** Reads one byte more than a PIN can have. The file may be a pipe. */
const startOf = async (file: string, terminal: Terminal): Promise<Buffer> => {
  try {
    if (((await stat(file)).mode & OTHERS_MAY_READ) !== 0) {
      terminal.notice([`Warning: other users may read the PIN file ${file}; use chmod 600.`]);
    }
    const pieces: Buffer[] = [];
    for await (const piece of createReadStream(file, { end: MAX_BYTES }))
      pieces.push(piece as Buffer);
    return Buffer.concat(pieces);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw badPinFile(file, 'unreadable', detail);
  }
};
