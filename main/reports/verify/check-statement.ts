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
      ...unless(parsed.success, 'The record of the export is not there.'),
      ...unless(
        parsed.success && parsed.output.details.statement === hash,
        'What the report states is not what was recorded when it was made.',
      ),
      ...unless(statement.recordsSha256 === lines, 'The records are not those that were exported.'),
      ...unless(
        evidence.export.seq > statement.range.last,
        'The record of the export is not after the range.',
      ),
      ...unless(
        JSON.stringify(exported?.actor) === JSON.stringify(statement.by),
        'Somebody else made the export.',
      ),
    ],
    `What it states is what was recorded when it was made (record ${evidence.export.seq}).`,
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
      ...unless(inRange, 'A record is outside the range.'),
      ...unless(
        counts.searched === searched &&
          counts.included === records.length &&
          counts.omitted === searched - records.length,
        'The counts are not those of the records.',
      ),
    ],
    isComplete(report)
      ? `Complete: every record from ${range.first} to ${range.last} is here.`
      : `${counts.included} of ${counts.searched} records of the range; ${counts.omitted} were left out.`,
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
      ...unless(stray === undefined, `Record ${stray?.seq ?? 0} is not what the filter asks for.`),
      ...unless(
        !isWhole || counts.omitted === 0,
        'Nothing was to be left out, but records are missing.',
      ),
    ],
    isByTimeOnly(filter)
      ? 'Nothing but the time was asked for.'
      : 'Every record fits the filter that is stated.',
  );
};
