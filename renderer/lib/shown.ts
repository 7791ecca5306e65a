import { printable } from '../../shared/printable.ts';

/** Most text is plain, and is not checked character by character. */
const PLAIN = /^[\n -~]*$/;

/**
 * Left as they are, and spelt out where they are shown: a record is copied as it is on the disk
 * (ExactLine), a user's name goes back to main as a filter (ConditionChips).
 */
const EXACT: ReadonlySet<string> = new Set(['line', 'knownUsers']);

const inLines = (text: string): string =>
  PLAIN.test(text) ? text : text.split('\n').map(printable).join('\n');

const mapped = (value: unknown): unknown => {
  if (typeof value === 'string') return inLines(value);
  if (Array.isArray(value)) return value.map(mapped);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]: [string, unknown]) => [
      EXACT.has(name) ? name : inLines(name),
      EXACT.has(name) ? each : mapped(each),
    ]),
  );
};

/**
 * Answers of main, as the window shows them. Names, labels and words in them are untrusted:
 * invisible and direction-changing characters are escaped here, for all components.
 */
export const shown = <T>(said: T): T => mapped(said) as T;
