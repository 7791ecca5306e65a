import { readFile } from 'node:fs/promises';
import { reportNotRead } from '../../shared/messages/failures/disk.ts';
import { changedWhileRendered } from '../../shared/messages/failures/reports.ts';
import { serveThread } from '../thread/index.ts';
import { orFailure, sha256 } from '../system/index.ts';
import { renderCsv } from './csv.ts';
import { drawPdf } from './pdf/draw-pdf.ts';
import type { RenderCalls } from './render-in-thread.ts';
import { viewReport } from './render-view.ts';
import type { ReportDocument } from './report.ts';

// Entry point of the thread that renders reports.

/** The file is outside the vault, so check that it is the one that was written. */
const readReport = async (file: string, expected: string): Promise<ReportDocument> => {
  const bytes = await orFailure(reportNotRead, readFile(file));
  if (sha256(bytes) !== expected) throw changedWhileRendered(file);
  return JSON.parse(bytes.toString('utf8')) as ReportDocument;
};

serveThread<RenderCalls>({
  render: async ({ file, sha256: expected, format, seal }, { progress }) => {
    const view = viewReport(await readReport(file, expected), expected);
    return format === 'csv' ? Buffer.from(renderCsv(view)) : drawPdf(view, seal, progress);
  },
});
