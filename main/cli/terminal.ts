import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

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

export const processTerminal = (own: NodeJS.Process): Terminal => ({
  print: (text) => void own.stdout.write(`${text}\n`),
  notice: (text) => void own.stderr.write(`${text}\n`),
  status: (text) => {
    if (own.stderr.isTTY) own.stderr.write(`${CLEAR_LINE}${text}`);
  },
  askSecret: async (question) => {
    if (!own.stdin.isTTY) return null;
    own.stderr.write(question);
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    const reader = createInterface({ input: own.stdin, output: silent, terminal: true });
    const cancelled = new Promise<null>((resolve) => reader.once('SIGINT', () => resolve(null)));
    const answer = await Promise.race([reader.question(''), cancelled]);
    reader.close();
    own.stderr.write('\n');
    return answer;
  },
});
