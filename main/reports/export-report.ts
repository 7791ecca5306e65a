import path from 'node:path';
import { Failure } from '../../shared/failure.ts';
import type { ExportStep, Rendering } from '../../shared/reports.ts';
import type { ReportSigner } from '../certificates/index.ts';
import type { VaultSession } from '../session/index.ts';
import { refuseInVault } from '../store/index.ts';
import { cancelExport } from './cancel-export.ts';
import { refuseCancelled, unlessCancelled } from './cancelling.ts';
import { makeReport, type ReportRequest, type ReportSession, subjectOf } from './make-report.ts';
import { mostOnPaper } from './pdf-limit.ts';
import { signPdf } from './pdf/signature.ts';
import { renderInThread } from './render-in-thread.ts';
import { type ReportFiles, reportFiles, requirePlaces } from './report-files.ts';
import { reportPieces, type ReportDocument } from './report.ts';
import { writeReportFile, type WrittenFile } from './write-report-file.ts';

/** What an export needs of an unlocked vault. */
export type ExportSession = ReportSession & Pick<VaultSession, 'engine'>;

export interface ExportReport extends ReportRequest {
  /**
   * Path of the JSON file, ending in .json; the other files have the same name with their own
   * ending.
   */
  readonly file: string;
  readonly also: readonly Rendering[];
  /** Called with the number of records added to a file. */
  readonly onRecords?: (more: number) => void;
  /** Called before each step. */
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
 * Makes a report and writes its files; never overwrites. Each file is recorded with its SHA-256
 * once it is on disk. After a failure complete files stay; after cancelling none does.
 * @throws Failure like `makeReport`, 'cancelled'; before anything is made or recorded those of
 * `reportFiles` and `requirePlaces`
 */
export const exportReport = async (
  session: ExportSession,
  request: ExportReport,
): Promise<ExportedReport> => {
  const places = reportFiles(request.file, request.also);
  for (const file of [places.json, ...places.renderings.map((each) => each.file)]) {
    await refuseInVault(session.vaultDir, file);
  }
  await requirePlaces(places);
  const { vault } = session;
  const newest = vault.facts.lastReport;
  const files: ExportedFile[] = [];
  try {
    return await exportAll(session, request, places, files);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'cancelled') throw error;
    const made = vault.facts.lastReport;
    throw await cancelExport(vault, {
      kind: request.kind,
      subject: subjectOf(request.filter),
      record: made === null || made.record === newest?.record ? null : made.record,
      files: files.map(({ file }) => file),
      newest,
    });
  }
};

/** @param files where each is added once it is complete */
const exportAll = async (
  session: ExportSession,
  request: ExportReport,
  places: ReportFiles,
  files: ExportedFile[],
): Promise<ExportedReport> => {
  refuseCancelled(request.signal);
  request.onStep?.('records');
  const most = request.also.includes('pdf') ? { most: mostOnPaper() } : {};
  const report = await makeReport(session, { ...request, ...most });
  const keep = async (
    format: ExportedFile['format'],
    file: string,
    pieces: Iterable<Uint8Array>,
  ): Promise<ExportedFile> => {
    const whole = await writeReportFile(file, uncancelled(pieces, request.signal));
    const written = { file, format, ...whole };
    files.push(written);
    await recordFile(session, report, written);
    return written;
  };
  request.onStep?.('json');
  const json = await keep('json', places.json, reportPieces(report));
  for (const { format, file } of places.renderings) {
    request.onStep?.(format);
    await keep(format, file, [await render(session, report, json, format, request)]);
  }
  return { report, files };
};

const recordFile = (
  { vault }: ExportSession,
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
  session: ExportSession,
  report: ReportDocument,
  { file, sha256 }: ExportedFile,
  format: Rendering,
  { signal, onRecords }: ExportReport,
): Promise<Buffer> => {
  const signer = format === 'pdf' ? reportSigner(session, new Date(report.statement.made)) : null;
  const seal = signer === null ? null : { certificate: signer.certificate, time: signer.time };
  const call = { signal, onProgress: onRecords };
  const rendered = await renderInThread({ file, sha256, format, seal }, call);
  return signer === null ? rendered : unlessCancelled(signPdf(rendered, signer), signal);
};

/** The same pieces until cancelled; the writer then removes what it has started. */
function* uncancelled(
  pieces: Iterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Generator<Uint8Array> {
  for (const piece of pieces) {
    refuseCancelled(signal);
    yield piece;
  }
}

/** The report key in the token; null if the token cannot sign reports. */
const reportSigner = (session: ExportSession, time: Date): ReportSigner | null => {
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
