import { getHeapStatistics } from 'node:v8';
import { tooManyForPdf } from '../../shared/messages/failures/reports.ts';

/** What a record takes in memory while a PDF is drawn, measured, with some room (docs/benchmarks.md). */
const BYTES_PER_RECORD = 72 * 1024;

/** How many records a PDF can hold: the thread that draws it has as much memory as this one may use. */
export const mostOnPaper = (): number =>
  Math.floor(getHeapStatistics().heap_size_limit / BYTES_PER_RECORD / 1_000) * 1_000;

/** @throws Failure 'usage' */
export const refuseTooMany = (records: number, most: number): void => {
  if (records <= most) return;
  throw tooManyForPdf(records, most);
};
