import { isByTimeOnly } from './filter.ts';
import type { ReportFilter } from './report.ts';

/** What a report does not prove, in sentences that it carries itself. */
export const limitsOf = (filter: ReportFilter, isEvaluation: boolean): string[] => [
  'It proves nothing about what happened after its closing checkpoint.',
  'It proves that these records were written, in this order, by a program that could use the token; not that what they say is true.',
  'The times are those of the computer on which the program ran.',
  'It is only as good as the fingerprint of its key: compare that with one you got in another way.',
  ...(filter.since === undefined && filter.until === undefined
    ? []
    : [
        'Where its time begins and ends is proved by the records beside it; that none further away lies in that time rests on a clock that was not set back.',
      ]),
  ...(isByTimeOnly(filter)
    ? []
    : [
        'The records that were left out are counted but not shown: that none of them fits the filter rests on the program that made this report. A report without a filter proves it.',
      ]),
  'The tables and the names of vault and keys are what the program knew when it made this report; they are bound to it by the record of the export, not by records of their own.',
  ...(isEvaluation
    ? [
        'The token is for evaluation only: whoever copied the vault folder and knew the PIN could sign in its name.',
      ]
    : []),
];
