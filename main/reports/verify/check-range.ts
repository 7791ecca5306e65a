import * as words from '../../../shared/messages/reports/verification.ts';
import type { AnyReport } from '../report.ts';
import { check, unless, type OpenedReport, type ReportCheck } from './check.ts';

/**
 * Where the range of a report ends on either side. The program takes it from the first record that
 * is not too early to the last one that is not too late; without a time, from record 1 to its export.
 */
export const checkRange = (opened: OpenedReport): ReportCheck => {
  const { report } = opened;
  const faults = report.format === 'claviger-report/1' ? firstFaults(report) : endFaults(opened);
  return check('range', faults, rangeWords(report));
};

/** Whether it is proved that no record of the range is missing and that the range is all there is. */
export const isComplete = (report: AnyReport): boolean => {
  const { counts, range, filter } = report.statement;
  if (counts.omitted > 0) return false;
  if (report.format !== 'claviger-report/1') return true;
  const isWhole = Object.keys(filter).length === 0;
  return isWhole && range.first === 1 && range.last + 1 === report.evidence.export.seq;
};

/** Reports of the first format do not bring the records beside their range. */
const firstFaults = ({ statement: { filter, range } }: AnyReport): string[] =>
  unless(filter.since !== undefined || range.first === 1, words.range.lateStart);

const endFaults = ({ report, before, after, exported }: OpenedReport): string[] => {
  const { filter, range } = report.statement;
  const follows = after.every((each, at) => each?.seq === range.last + 1 + at);
  const reachesExport = range.last + after.length + 1 === exported?.seq;
  const end = after.at(-1) ?? null;
  return [
    ...unless(
      range.last >= range.first - 1 && (before?.seq ?? 0) === range.first - 1 && follows,
      words.range.otherNeighbours,
    ),
    ...unless(
      before === null || (filter.since !== undefined && before.time < filter.since),
      words.range.startsLate,
    ),
    ...unless(
      reachesExport || (filter.until !== undefined && end !== null && end.time >= filter.until),
      words.range.endsEarly,
    ),
  ];
};

const rangeWords = (report: AnyReport): string => {
  const { range, filter } = report.statement;
  const behind = report.evidence.export.seq - range.last - 1;
  const isUpToNow = filter.until === undefined;
  if (report.format === 'claviger-report/1') {
    if (filter.since !== undefined || !isUpToNow) return words.range.firstFormatTimes;
    return behind === 0
      ? words.range.firstFormatAll
      : words.range.firstFormatEnd(range.last, behind);
  }
  return words.range.bothEnds(
    range.first === 1 ? null : range.first,
    isUpToNow ? null : range.last,
    isUpToNow ? behind : 0,
  );
};
