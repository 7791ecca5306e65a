import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import {
  badPinFile,
  newPinNotGiven,
  pinNotGiven,
  pinsDiffer,
} from '../../shared/messages/failures/cli.ts';
import { triesLeft } from '../../shared/messages/failures/pkcs11.ts';
import { requireText, type TokenInfo } from '../engine/index.ts';
import type { Terminal } from './terminal.ts';

export interface PinOptions {
  readonly pinFile: string | undefined;
  /** The variable CLAVIGER_PIN, or CLAVIGER_NEW_PIN for a new one. */
  readonly environment: string | undefined;
  readonly terminal: Terminal;
}

const OTHERS_MAY_READ = 0o077;
/** PINs are shorter. A longer file is probably the wrong one. */
const MAX_BYTES = 4096;

/** The PIN from a file, the environment or a prompt. Never from an argument: other users can see those. */
export const readPin = async (
  options: PinOptions,
  question: string,
  missing = pinNotGiven,
): Promise<string> => {
  const { pinFile, environment, terminal } = options;
  if (pinFile !== undefined) return pinFromFile(pinFile, terminal);
  if (environment !== undefined && environment !== '') {
    requireText(environment);
    return environment;
  }
  const answer = await terminal.askSecret(question);
  if (answer === null || answer === '') throw missing();
  requireText(answer);
  return answer;
};

/** The PIN of a vault's token; says before how many tries remain, as far as the token tells. */
export const readTokenPin = (options: PinOptions, token: TokenInfo): Promise<string> => {
  const { label, pinState } = token;
  const isLow = pinState === 'final-try' || pinState === 'count-low';
  return readPin(options, `${isLow ? `${triesLeft[pinState]} ` : ''}PIN of the token "${label}": `);
};

/** The PIN that is to replace the one of a token. */
export const readReplacingPin = (options: PinOptions): Promise<string> =>
  readNewPin(options, 'New PIN: ', newPinNotGiven);

/** Asks twice for a new PIN: a typing error would lock the vault for ever. */
export const readNewPin = async (
  options: PinOptions,
  question: string,
  missing = pinNotGiven,
): Promise<string> => {
  const pin = await readPin(options, question, missing);
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
