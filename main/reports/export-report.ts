import { access } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../../shared/failure.ts';
import type { ExportStep, Rendering } from '../../shared/reports.ts';
import type { VaultSession } from '../session/vault-session.ts';
import { makeReport, type ReportRequest } from './make-report.ts';
import type { ReportSigner } from './pdf/report-signer.ts';
import { signPdf } from './pdf/signature.ts';
import { renderAside } from './render-aside.ts';
import { reportPieces, type ReportDocument } from './report.ts';
import { writeReportFile, type WrittenFile } from './write-report-file.ts';

export interface ExportReport extends ReportRequest {
  /** Where the JSON goes; renderings get the same name with their own ending. */
  readonly file: string;
  readonly also: readonly Rendering[];
  /** Ends the export; files that are complete by then stay, and are recorded. */
  readonly signal?: AbortSignal;
  /** Told how many more records a rendering has taken. */
  readonly onRecords?: (more: number) => void;
  /** Told what is about to be done. */
  readonly onStep?: (step: ExportStep) => void;
}

export interface ExportedFile extends WrittenFile {
  readonly file: string;
  readonly format: 'json' | Rendering;
}

export interface ExportedReport {
  readonly report: ReportDocument;
  readonly files: readonly ExportedFile[];
}

/**
 * Makes a report and writes its files, none of which is overwritten. Each file is recorded with
 * its SHA-256 once it is on the disk.
 * @throws Failure like `makeReport`, 'cancelled', and 'exists' before anything is made or recorded
 */
export const exportReport = async (
  session: VaultSession,
  request: ExportReport,
): Promise<ExportedReport> => {
  const targets = [request.file, ...request.also.map((ending) => withEnding(request.file, ending))];
  for (const target of targets) await refuseExisting(target);
  refuseCancelled(request);
  request.onStep?.('records');
  const report = await makeReport(session, request);
  const keep = async (
    format: ExportedFile['format'],
    pieces: Iterable<Uint8Array>,
  ): Promise<ExportedFile> => {
    refuseCancelled(request);
    const file = format === 'json' ? request.file : withEnding(request.file, format);
    const written = { file, format, ...(await writeReportFile(file, pieces)) };
    await recordFile(session, report, written);
    return written;
  };
  request.onStep?.('json');
  const json = await keep('json', reportPieces(report));
  const files = [json];
  for (const format of request.also) {
    request.onStep?.(format);
    files.push(await keep(format, [await render(session, report, json, format, request)]));
  }
  return { report, files };
};

const recordFile = (
  { vault }: VaultSession,
  report: ReportDocument,
  { file, format, bytes, sha256 }: ExportedFile,
): Promise<unknown> =>
  vault.record([
    {
      action: 'report.file',
      subject: { name: path.resolve(file) },
      outcome: 'ok',
      details: { record: report.evidence.export.seq, format, bytes, sha256 },
    },
  ]);

const render = async (
  session: VaultSession,
  report: ReportDocument,
  { file, sha256 }: ExportedFile,
  format: Rendering,
  { signal, onRecords }: ExportReport,
): Promise<Buffer> => {
  const signer = format === 'pdf' ? reportSigner(session, new Date(report.statement.made)) : null;
  const seal = signer === null ? null : { certificate: signer.certificate, time: signer.time };
  const call = { signal, onProgress: onRecords };
  const rendered = await renderAside({ file, sha256, format, seal }, call);
  return signer === null ? rendered : signPdf(rendered, signer);
};

const refuseCancelled = ({ signal }: ExportReport): void => {
  if (signal?.aborted !== true) return;
  throw new Failure('cancelled', 'The export was cancelled.', {
    unharmed: 'Files that were complete by then stay, and are recorded.',
  });
};

/** The report key in the token; null where the token cannot sign reports. */
const reportSigner = (session: VaultSession, time: Date): ReportSigner | null => {
  const keys = session.vault.tables.meta.signingKeys();
  const key = keys?.report ?? null;
  const certificate = keys?.reportCertificate ?? null;
  if (key === null || certificate === null) return null;
  return {
    certificate: Buffer.from(certificate, 'base64'),
    time,
    sign: (digest) => session.engine.call('signReportDigest', { key, digest }),
  };
};

const withEnding = (file: string, ending: string): string =>
  path.join(path.dirname(file), `${path.basename(file, path.extname(file))}.${ending}`);

const refuseExisting = async (file: string): Promise<void> => {
  try {
    await access(file);
  } catch {
    return; // what keeps it from being written is told when it is written
  }
  throw new Failure('exists', `${file} exists.`, {
    unharmed: 'It was not touched, and no report was made.',
    next: 'Choose another name.',
  });
};
