import type { ReportRecord } from './report.ts';

/** How a line ends that shows its session; `details`, an object, ends every other one. */
const shown = /"mac":"[0-9a-f]{32}"\}$/;

/**
 * Whether nothing shows that the vault itself wrote a record, though a checkpoint covers it: it was
 * written while the vault was locked (docs/ledger.md, "Sessions").
 * @param carried how many records at the beginning count without a session
 */
export const notAuthenticated = (
  { seq, line }: Pick<ReportRecord, 'seq' | 'line'>,
  { carried }: { readonly carried: number },
): boolean => seq > carried && !shown.test(line);
