import { getHeapStatistics } from 'node:v8';
import { tooManyForPdf } from '../../shared/messages/failures/reports.ts';

/** Memory per record while a PDF is drawn: measured, with some reserve (docs/benchmarks.md). */
const BYTES_PER_RECORD = 72 * 1024;

/** How many records a PDF can have: the drawing thread has the same memory limit as this one. */
export const mostOnPaper = (): number =>
  Math.floor(getHeapStatistics().heap_size_limit / BYTES_PER_RECORD / 1_000) * 1_000;

/** @throws Failure 'usage' */
export const refuseTooMany = (records: number, most: number): void => {
  if (records <= most) return;
  throw tooManyForPdf(records, most);
};
