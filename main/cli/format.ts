import stringWidth from 'string-width';
import { printable } from '../../shared/printable.ts';

/** Numbers, times and tables as people read them. */

export const formatSeconds = (seconds: number): string => {
  const whole = Math.ceil(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes === 0) return `${whole} s`;
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

/** The lines of a table with a heading. Each column is as wide as its widest cell on screen. */
export const formatTable = (
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): string[] => {
  const lines = [heading, ...rows.map((row) => row.map(printable))];
  const widths = heading.map((_, column) =>
    Math.max(...lines.map((line) => stringWidth(line[column] ?? ''))),
  );
  return lines.map((line) =>
    line
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell)))
      .join('  ')
      .trimEnd(),
  );
};
