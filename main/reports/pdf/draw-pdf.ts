import { kindNames } from '../../../shared/messages/reports/document.ts';
import { info as words } from '../../../shared/messages/reports/pdf.ts';
import type { Seal } from '../../certificates/index.ts';
import type { ReportView } from '../render-view.ts';
import { completeness } from '../render-words.ts';
import { drawCover } from './cover.ts';
import { drawFailures } from './failures.ts';
import { drawFeet } from './foot.ts';
import { drawIds } from './id-list.ts';
import { Paper, type PaperInfo } from './paper.ts';
import { drawProof } from './proof-page.ts';
import { drawRecords } from './record-table.ts';
import { reserveSignature } from './signature.ts';
import { drawStatementTables } from './statement-tables.ts';
import { drawSummary } from './summary.ts';

/**
 * A report as a PDF for filing: tagged, all fonts embedded, with room for a signature if a seal is
 * given. It is not a proof itself: it prints the SHA-256 of the JSON file, which is.
 * @param seal of the signature that `signPdf` will make; null for no signature
 * @param onRecords called with the number of records drawn
 */
export const drawPdf = (
  view: ReportView,
  seal: Seal | null,
  onRecords: (more: number) => void = () => undefined,
): Promise<Buffer> => {
  const paper = new Paper(infoOf(view));
  const area = drawCover(paper, view, seal);
  if (seal !== null) reserveSignature(paper, seal, area);
  drawFailures(paper, view);
  drawSummary(paper, view);
  drawStatementTables(paper, view);
  if (view.records.length > 0) {
    drawRecords(paper, view, onRecords);
    drawIds(paper, view);
  }
  drawProof(paper, view);
  drawFeet(paper, view);
  return paper.finish();
};

const infoOf = ({ report, jsonSha256 }: ReportView): PaperInfo => {
  const { statement } = report;
  const { by, kind, vault } = statement;
  return {
    title: statement.title,
    subject: words.subject(kindNames[kind], vault.name ?? vault.id, completeness(statement)),
    author: words.author(by.user, by.host),
    keywords: words.keywords(jsonSha256),
    made: new Date(statement.made),
  };
};
