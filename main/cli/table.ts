import stringWidth from 'string-width';
import { printable } from '../../shared/printable.ts';

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
