import { open } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../../shared/failure.ts';
import type { VaultSession } from '../session/vault-session.ts';
import { sha256 } from '../vault/sha256.ts';
import { isErrno, storageFailure } from '../vault/storage-failure.ts';
import { renderCsv } from './csv.ts';
import { makeReport, type ReportRequest } from './make-report.ts';
import { renderPdf } from './pdf/render-pdf.ts';
import type { ReportSigner } from './pdf/report-signer.ts';
import { encodeReport, type ReportDocument } from './report.ts';

export const renderings = ['csv', 'pdf'] as const;
export type Rendering = (typeof renderings)[number];

export interface ExportReport extends ReportRequest {
  /** Where the JSON goes; renderings get the same name with their own ending. */
  readonly file: string;
  readonly also: readonly Rendering[];
}

export interface ExportedFile {
  readonly file: string;
  readonly format: 'json' | Rendering;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

export interface ExportedReport {
  readonly report: ReportDocument;
  readonly files: readonly ExportedFile[];
}

/**
 * Makes a report and writes its files, none of which is overwritten. Each file is recorded with
 * its SHA-256 once it is on the disk.
 * @throws Failure like `makeReport`, and 'exists' before anything is made or recorded
 */
export const exportReport = async (
  session: VaultSession,
  request: ExportReport,
): Promise<ExportedReport> => {
  const targets = [request.file, ...request.also.map((ending) => withEnding(request.file, ending))];
  for (const target of targets) await refuseExisting(target);
  const report = await makeReport(session, request);
  const json = encodeReport(report);
  const files = [await write(request.file, 'json', json)];
  for (const format of request.also) {
    const bytes = await render(session, report, format);
    files.push(await write(withEnding(request.file, format), format, bytes));
  }
  await session.vault.record(
    files.map((file) => ({
      action: 'report.file',
      subject: { name: path.resolve(file.file) },
      outcome: 'ok',
      details: {
        record: report.evidence.export.seq,
        format: file.format,
        bytes: file.bytes,
        sha256: file.sha256,
      },
    })),
  );
  return { report, files };
};

const render = async (
  session: VaultSession,
  report: ReportDocument,
  format: Rendering,
): Promise<Buffer> =>
  format === 'csv'
    ? Buffer.from(renderCsv(report))
    : renderPdf(report, reportSigner(session, new Date(report.statement.made)));

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
    await (await open(file, 'r')).close();
  } catch {
    return; // what keeps it from being written is told when it is written
  }
  throw new Failure('exists', `${file} exists.`, {
    unharmed: 'It was not touched, and no report was made.',
    next: 'Choose another name.',
  });
};

const write = async (
  file: string,
  format: ExportedFile['format'],
  bytes: Buffer,
): Promise<ExportedFile> => {
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isErrno(error, 'EEXIST')) throw new Failure('exists', `${file} exists.`);
    throw storageFailure(error, `The report ${file} could not be written`, {
      unharmed: 'That it was made is recorded; the vault is in order.',
      next: 'Choose another place and make the report again.',
    });
  }
  return { file, format, bytes: bytes.length, sha256: sha256(bytes) };
};
