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
      unless(exported?.mark !== undefined, 'The export was not written in a session of the vault.'),
      marks.length === 0
        ? 'Every record was written in a session of the vault.'
        : `${marks.length === 1 ? 'Record' : 'Records'} ${named} ${marks.length === 1 ? 'is' : 'are'} not authenticated: written while the vault was locked. All others were written in a session.`,
    ),
  ];
};
