import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { storageFailure } from '../vault/storage-failure.ts';
import { exitCodes } from './command.ts';
import type { Output } from './output.ts';
import { describeFailure } from './receipts.ts';

/** Where the command line writes and whom it can ask. */
export interface Terminal {
  /** Results, on standard output. */
  print(text: string): void;
  /** Notices, warnings and progress, on standard error. */
  notice(text: string): void;
  /** Overwrites one line on standard error; nothing where that is no terminal. */
  status(text: string): void;
  /** Asks without showing what is typed; null where there is no terminal to ask at. */
  askSecret(question: string): Promise<string | null>;
}

const CLEAR_LINE = '\r\u001b[2K';

export interface Streams {
  readonly input: NodeJS.Process['stdin'];
  readonly output: Output;
  readonly errors: Output;
}

export const terminalOf = ({ input, output, errors }: Streams): Terminal => ({
  print: (text) => output.write(`${text}\n`),
  notice: (text) => errors.write(`${text}\n`),
  status: (text) => {
    if (errors.isTerminal) errors.write(`${CLEAR_LINE}${text}`);
  },
  askSecret: async (question) => {
    if (!input.isTTY) return null;
    errors.write(question);
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    const reader = createInterface({ input, output: silent, terminal: true });
    const cancelled = new Promise<null>((resolve) => reader.once('SIGINT', () => resolve(null)));
    const answer = await Promise.race([reader.question(''), cancelled]);
    reader.close();
    errors.write('\n');
    return answer;
  },
});

/**
 * Waits until everything is written.
 * @returns the exit code: what nobody could read is not done
 */
export const endOf = async ({ output, errors }: Streams, code: number): Promise<number> => {
  const lost = await output.end();
  if (lost !== null) {
    const failure = storageFailure(lost, 'The result could not be written', {
      unharmed: 'The command ran to its end; only what it prints is lost.',
      next: 'Print to another place; "claviger audit list" shows what was done.',
    });
    errors.write(`${describeFailure(failure)}\n`);
  }
  const unread = (await errors.end()) ?? lost;
  return unread === null || code !== exitCodes.done ? code : exitCodes.someFailed;
};
