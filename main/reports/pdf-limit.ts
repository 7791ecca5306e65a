import { getHeapStatistics } from 'node:v8';
import { Failure } from '../../shared/failure.ts';

/** What a record takes in memory while a PDF is drawn, measured, with some room (docs/benchmarks.md). */
const BYTES_PER_RECORD = 72 * 1024;

/** How many records a PDF can hold: the thread that draws it has as much memory as this one may use. */
export const mostOnPaper = (): number =>
  Math.floor(getHeapStatistics().heap_size_limit / BYTES_PER_RECORD / 1_000) * 1_000;

/** @throws Failure 'usage' */
export const refuseTooMany = (records: number, most: number): void => {
  if (records <= most) return;
  throw new Failure(
    'usage',
    `A PDF of ${records} records is not possible here: the memory that the program may use is enough for ${most}.`,
    {
      unharmed: 'No report was made.',
      next: 'Ask for a shorter time, or leave the PDF out: JSON and CSV have no such limit.',
    },
  );
};
