import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { printable, printableJson } from '../../shared/printable.ts';
import { resultNotPrinted } from '../../shared/messages/failures/disk.ts';
import { storageFailure } from '../system/index.ts';
import { exitCodes } from './exit-codes.ts';
import type { Output } from './output.ts';
import { describeFailure } from './receipts.ts';

/**
 * Where the command line writes and asks. Lines contain names and text of untrusted files, so this
 * is where control and direction characters are escaped, for all of them.
 */
export interface Terminal {
  /** Results, on standard output. */
  print(lines: readonly string[]): void;
  /** A result for machines, as JSON on standard output. */
  printDocument(document: unknown): void;
  /** Notices, warnings and progress, on standard error. */
  notice(lines: readonly string[]): void;
  /** Overwrites one line on standard error. Does nothing without a terminal. */
  status(line: string): void;
  /** Asks without showing the input. Null without a terminal. */
  askSecret(question: string): Promise<string | null>;
  /** Asks and shows the input. Null without a terminal. */
  ask(question: string): Promise<string | null>;
}

const CLEAR_LINE = '\r\u001b[2K';

export interface Streams {
  readonly input: NodeJS.Process['stdin'];
  readonly output: Output;
  readonly errors: Output;
}

export const terminalOf = ({ input, output, errors }: Streams): Terminal => ({
  print: (lines) => output.write(textOf(lines)),
  printDocument: (document) =>
    output.write(`${printableJson(JSON.stringify(document, null, 2))}\n`),
  notice: (lines) => errors.write(textOf(lines)),
  status: (line) => {
    if (errors.isTerminal) errors.write(`${CLEAR_LINE}${printable(line)}`);
  },
  askSecret: (question) => {
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    return answerTo(input, errors, silent, (reader) => {
      errors.write(printable(question));
      return reader.question('');
    });
  },
  // The reader erases a line that it has not written itself.
  ask: (question) =>
    answerTo(input, errors, process.stderr, (reader) => reader.question(printable(question))),
});

/** @param ask called once the terminal no longer echoes what is typed */
const answerTo = async (
  input: Streams['input'],
  errors: Output,
  echo: NodeJS.WritableStream,
  ask: (reader: Interface) => Promise<string>,
): Promise<string | null> => {
  if (!input.isTTY) return null;
  const reader = createInterface({ input, output: echo, terminal: true });
  const cancelled = new Promise<null>((resolve) => reader.once('SIGINT', () => resolve(null)));
  const answer = await Promise.race([ask(reader), cancelled]);
  reader.close();
  errors.write('\n');
  return answer;
};

const textOf = (lines: readonly string[]): string =>
  lines.map((line) => `${printable(line)}\n`).join('');

/**
 * Waits until everything is written.
 * @returns the exit code: a result that nobody could read is a failure
 */
export const endOf = async ({ output, errors }: Streams, code: number): Promise<number> => {
  const lost = await output.end();
  if (lost !== null) {
    const failure = storageFailure(lost, resultNotPrinted);
    errors.write(textOf(describeFailure(failure)));
  }
  const unread = (await errors.end()) ?? lost;
  return unread === null || code !== exitCodes.done ? code : exitCodes.someFailed;
};
