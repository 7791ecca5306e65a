import * as words from '../../../shared/messages/reports/verification.ts';
import { notAuthenticated } from '../session-marks.ts';
import { check, unless, type OpenedReport, type ReportCheck } from './check.ts';

/** Named as far as a line of text goes. */
const MOST_NAMED = 8;

/**
 * Which records the vault wrote in a session, so that they are its own, and which were written
 * while it was locked. Reports of the first format know of no sessions.
 */
export const checkSessions = ({ report, exported }: OpenedReport): ReportCheck[] => {
  if (report.format === 'claviger-report/1') return [];
  const marks = report.records.filter((record) => notAuthenticated(record, report.statement));
  const numbers = marks.slice(0, MOST_NAMED).map(({ seq }) => seq);
  const named = `${numbers.join(', ')}${marks.length > MOST_NAMED ? ', …' : ''}`;
  return [
    check(
      'sessions',
      unless(exported?.mark !== undefined, words.sessions.exportOutside),
      marks.length === 0 ? words.sessions.ok : words.sessions.locked(marks.length, named),
    ),
  ];
};
