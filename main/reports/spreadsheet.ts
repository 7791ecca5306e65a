import { stringify } from 'csv-stringify/sync';

/**
 * Rows for a spreadsheet: CSV as in RFC 4180, UTF-8 with a byte order mark. A cell that a
 * spreadsheet would take for a formula starts with an apostrophe.
 */
export const toCsv = (rows: readonly (readonly (string | number | null)[])[]): string =>
  stringify([...rows], {
    bom: true,
    record_delimiter: 'windows',
    escape_formulas: true,
    // By default it quotes only CR LF and commas: a line break in a name would start a row, and
    // a spreadsheet that separates by semicolons or tabs would start cells, formulas among them.
    quoted_match: /[\r\n;\t]/,
  });
