import { Failure } from '../../shared/failure.ts';
import type { Arguments } from './arguments.ts';

/** The time in an option as UTC ISO 8601. @throws Failure `usage` */
export const timeOf = (args: Arguments, name: string): string | undefined => {
  const text = args.text(name);
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw new Failure('usage', `--${name} "${text}" is not a time.`, {
    next: 'Write it like 2026-01-31 or 2026-01-31T12:00Z.',
  });
};
