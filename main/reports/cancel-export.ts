import { rm } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../../shared/failure.ts';
import type { ReportKind } from '../../shared/reports.ts';
import { exportCancelled } from '../../shared/messages/failures/reports.ts';
import type { JsonObject } from '../json/index.ts';
import type { LastReport } from '../ledger/index.ts';
import type { Vault } from '../vault/index.ts';

/** How far an export had come when it was cancelled. */
export interface BegunExport {
  readonly kind: ReportKind;
  readonly subject: JsonObject;
  /** The number of the export's record; null if there was none yet. */
  readonly record: number | null;
  /** Files that were complete by then. */
  readonly files: readonly string[];
  /** The newest report before it, which is the newest one again. */
  readonly newest: LastReport | null;
}

/**
 * Ends a cancelled export: removes its files and records that. Earlier records stay true: the
 * report was made, and its files were written.
 * @returns the message
 */
export const cancelExport = async (vault: Vault, begun: BegunExport): Promise<Failure> => {
  const left: string[] = [];
  for (const file of begun.files)
    await rm(file, { force: true }).catch(() => void left.push(path.resolve(file)));
  const { kind, record, newest } = begun;
  const removed = begun.files.map((file) => path.resolve(file));
  await vault.record([
    {
      action: 'report.cancel',
      subject: begun.subject,
      ...(left.length === 0 ? { outcome: 'ok' } : { outcome: 'failed', code: 'io' }),
      details: {
        kind,
        record,
        removed: removed.filter((file) => !left.includes(file)),
        left,
        newest: newest && { ...newest },
      },
    },
  ]);
  return exportCancelled(left);
};
