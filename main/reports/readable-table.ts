import { isUtcTime } from '../../shared/time.ts';
import { moment } from './render-words.ts';
import type { ReportTable } from './report.ts';
import { valueName } from './value-names.ts';

/** A table of the report in words, for spreadsheets. The JSON keeps the stored values. */
export const readableTable = ({ title, columns, rows }: ReportTable): ReportTable => ({
  title,
  columns,
  rows: rows.map((row) =>
    row.map((text, at) => valueName((columns[at] ?? '').toLowerCase(), text) ?? text),
  ),
});

/** Also with its times as paper shows them. */
export const printedTable = (table: ReportTable): ReportTable => {
  const { rows, ...rest } = readableTable(table);
  return {
    ...rest,
    rows: rows.map((row) => row.map((text) => (isUtcTime(text) ? moment(text) : text))),
  };
};
