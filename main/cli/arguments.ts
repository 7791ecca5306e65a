import { parseArgs } from 'node:util';
import {
  argumentNotUtf8,
  badArguments,
  notAChoice,
  notANumber,
} from '../../shared/messages/failures/cli.ts';
import { isUtf8Name, shownName } from '../batch/index.ts';

/** An option of a command. There are no short options. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  /** Name of the value in the help. */
  readonly value?: string;
  readonly help: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** The arguments after the name of the command. */
export class Arguments {
  readonly positionals: readonly string[];
  readonly #values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

  /** @throws Failure `usage` */
  constructor(args: readonly string[], specs: OptionSpecs) {
    try {
      const options = Object.fromEntries(
        Object.entries(specs).map(([name, { type, multiple = false }]) => [
          name,
          { type, multiple },
        ]),
      );
      const parsed = parseArgs({ args: [...args], options, allowPositionals: true });
      this.#values = parsed.values;
      this.positionals = parsed.positionals;
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      throw badArguments(cause);
    }
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? readable(`--${name}`, value) : undefined;
  }

  texts(name: string): string[] {
    const value = this.#values[name];
    const texts = Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
    return texts.map((text) => readable(`--${name}`, text));
  }

  /** One of `choices`. @throws Failure `usage` */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const chosen = choices.find((choice) => choice === value);
    if (chosen !== undefined) return chosen;
    throw notAChoice(name, choices, value);
  }
}

/** Refuses a path that is not UTF-8: it would lead to another file. @throws Failure `usage` */
export const readable = (what: string, text: string): string => {
  if (isUtf8Name(text)) return text;
  throw argumentNotUtf8(`${what} "${shownName(text)}"`);
};

/** A whole number. @throws Failure `usage` */
export const numberOf = (args: Arguments, name: string): number | undefined => {
  const text = args.text(name);
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw notANumber(name, text);
};
