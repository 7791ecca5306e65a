import type { ReportSigner } from '../../../certificates/report-signer.ts';
import type { ReportDocument } from '../../report.ts';
import { drawPdf } from '../draw-pdf.ts';
import { signPdf } from '../signature.ts';
import { viewOf } from './view-of.ts';

/** A report as a PDF, signed where a signer is given. */
export const renderPdf = async (
  report: ReportDocument,
  signer: ReportSigner | null,
): Promise<Buffer> => {
  const pdf = await drawPdf(viewOf(report), signer);
  return signer === null ? pdf : signPdf(pdf, signer);
};
