import { ledgerChangedWhileOpen } from '../../shared/messages/failures/ledger.ts';
import { type LedgerRecord, parseLine } from '../ledger/index.ts';
import type { StoreReader } from '../store/index.ts';
import type { Place } from './audit-query.ts';

export interface AuditLine {
  readonly record: LedgerRecord;
  /** The exact text of the line in the ledger. */
  readonly line: string;
}

/** @param line its bytes without the LF @throws Failure 'ledger-damaged' */
export const auditLine = (line: Buffer): AuditLine => ({
  record: recordOf(line),
  line: line.toString('utf8'),
});

/**
 * The ledger was checked when it was opened; a line that does not parse now was changed meanwhile.
 * @throws Failure 'ledger-damaged'
 */
export const recordOf = (line: Buffer): LedgerRecord => {
  const { record, fault } = parseLine(line);
  if (fault !== null) throw ledgerChangedWhileOpen(fault.problem);
  return record;
};

/** The lines at these places, in the same order. @throws Failure 'ledger-damaged' */
export const linesAt = async (
  store: StoreReader,
  places: readonly Place[],
): Promise<AuditLine[]> => {
  const lines: AuditLine[] = [];
  for (const { start, length } of places) lines.push(auditLine(await store.readAt(start, length)));
  return lines;
};
