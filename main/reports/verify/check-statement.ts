import * as words from '../../../shared/messages/reports/verification.ts';
import * as v from 'valibot';
import { sha256 } from '../../system/index.ts';
import { fits, isByTimeOnly } from '../filter.ts';
import { isComplete } from './check-range.ts';
import { check, unless, type OpenedReport, type ReportCheck } from './check.ts';

const exportSchema = v.object({
  action: v.literal('report.export'),
  outcome: v.literal('ok'),
  details: v.object({ statement: v.string() }),
});

export const checkStatement = ({ report, exported }: OpenedReport): ReportCheck => {
  const { statement, evidence, records } = report;
  const parsed = v.safeParse(exportSchema, exported);
  const hash = sha256(Buffer.from(JSON.stringify(statement)));
  const lines = sha256(Buffer.from(records.map(({ line }) => `${line}\n`).join('')));
  return check(
    'statement',
    [
      ...unless(parsed.success, words.statement.noExport),
      ...unless(parsed.success && parsed.output.details.statement === hash, words.statement.other),
      ...unless(statement.recordsSha256 === lines, words.statement.otherRecords),
      ...unless(evidence.export.seq > statement.range.last, words.statement.exportInRange),
      ...unless(
        JSON.stringify(exported?.actor) === JSON.stringify(statement.by),
        words.statement.otherActor,
      ),
    ],
    words.statement.ok(evidence.export.seq),
  );
};

export const checkCounts = ({ report }: OpenedReport): ReportCheck => {
  const { statement, records } = report;
  const { range, counts } = statement;
  const searched = range.last - range.first + 1;
  const inRange = records.every(({ seq }) => seq >= range.first && seq <= range.last);
  return check(
    'counts',
    [
      ...unless(inRange, words.counts.outside),
      ...unless(
        counts.searched === searched &&
          counts.included === records.length &&
          counts.omitted === searched - records.length,
        words.counts.other,
      ),
    ],
    isComplete(report)
      ? words.counts.complete(range.first, range.last)
      : words.counts.filtered(counts.included, counts.searched, counts.omitted),
  );
};

export const checkFilter = ({ report, records }: OpenedReport): ReportCheck => {
  const { filter, counts } = report.statement;
  const stray = report.records.find((_, at) => {
    const record = records[at] ?? null;
    return record === null || !fits(record, filter);
  });
  const isWhole = Object.keys(filter).length === 0;
  return check(
    'filter',
    [
      ...unless(stray === undefined, words.filter.stray(stray?.seq ?? 0)),
      ...unless(!isWhole || counts.omitted === 0, words.filter.missing),
    ],
    isByTimeOnly(filter) ? words.filter.none : words.filter.ok,
  );
};
