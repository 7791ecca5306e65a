import { createHash } from 'node:crypto';
import { completeness, kindNames } from '../render-words.ts';
import type { ReportDocument } from '../report.ts';
import { type ReportView, viewReport } from '../render-view.ts';
import { drawCover } from './cover.ts';
import { drawFeet } from './foot.ts';
import { drawIds } from './id-list.ts';
import { Paper, type PaperInfo } from './paper.ts';
import { drawProof } from './proof-page.ts';
import { drawRecords } from './record-table.ts';
import type { ReportSigner } from './report-signer.ts';
import { reserveSignature, signPdf } from './signature.ts';
import { drawStatementTables } from './statement-tables.ts';
import { drawSummary } from './summary.ts';

/**
 * A report as a PDF for filing: tagged, all fonts embedded, and signed where a signer is given.
 * It proves nothing by itself: it prints the SHA-256 of the JSON file, which does.
 * @throws Error where a line of the report is not a record
 * @throws Failure of the token, from the signer
 */
export const renderPdf = async (
  report: ReportDocument,
  signer: ReportSigner | null,
): Promise<Buffer> => {
  const view = viewReport(report);
  const paper = new Paper(infoOf(view));
  const fingerprint = (certificate: Uint8Array): string =>
    createHash('sha256').update(certificate).digest('hex');
  const seal =
    signer === null ? null : { fingerprint: fingerprint(signer.certificate), time: signer.time };
  const area = drawCover(paper, view, seal);
  if (signer !== null) reserveSignature(paper, signer, area);
  drawSummary(paper, view);
  drawStatementTables(paper, view);
  if (view.records.length > 0) {
    await drawRecords(paper, view);
    drawIds(paper, view);
  }
  drawProof(paper, view);
  drawFeet(paper, view);
  const pdf = await paper.finish();
  return signer === null ? pdf : signPdf(pdf, signer);
};

const infoOf = ({ report, jsonSha256 }: ReportView): PaperInfo => {
  const { statement } = report;
  return {
    title: statement.title,
    subject: `${kindNames[statement.kind]} of vault ${statement.vault.id}. ${completeness(statement)}`,
    author: `${statement.by.user} on ${statement.by.host}`,
    keywords: `JSON SHA-256 ${jsonSha256}`,
    made: new Date(statement.made),
  };
};
