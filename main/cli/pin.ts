import { readFileSync, statSync } from 'node:fs';
import { Failure } from '../../shared/failure.ts';
import type { Terminal } from './terminal.ts';

export interface PinOptions {
  readonly pinFile: string | undefined;
  /** The variable CLAVIGER_PIN. */
  readonly environment: string | undefined;
  readonly terminal: Terminal;
}

const OTHERS_MAY_READ = 0o077;

/** The PIN from a file, the environment or a prompt; never from an argument, which others can see. */
export const readPin = async (options: PinOptions, question: string): Promise<string> => {
  const { pinFile, environment, terminal } = options;
  if (pinFile !== undefined) return pinFromFile(pinFile, terminal);
  if (environment !== undefined && environment !== '') return environment;
  const answer = await terminal.askSecret(question);
  if (answer === null || answer === '') throw pinMissing();
  return answer;
};

/** A new PIN is asked for twice, because what is mistyped once locks the vault for good. */
export const readNewPin = async (options: PinOptions): Promise<string> => {
  const pin = await readPin(options, 'Choose a PIN for the evaluation token: ');
  if (options.pinFile !== undefined || options.environment === pin) return pin;
  const again = await options.terminal.askSecret('Repeat the PIN: ');
  if (again === pin) return pin;
  throw new Failure('pin-incorrect', 'The two PINs are not the same.', {
    unharmed: 'Nothing was created.',
    next: 'Run the command again.',
  });
};

const pinFromFile = (file: string, terminal: Terminal): string => {
  try {
    if ((statSync(file).mode & OTHERS_MAY_READ) !== 0) {
      terminal.notice(`Warning: other users may read the PIN file ${file}; use chmod 600.`);
    }
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new Failure('pin-missing', 'The PIN file cannot be read.', { detail });
  }
};

const pinMissing = (): Failure =>
  new Failure('pin-missing', 'This needs the PIN of the token.', {
    unharmed: 'Nothing was changed.',
    next: 'Type it at the prompt, or give it with --pin-file FILE or the variable CLAVIGER_PIN.',
  });
