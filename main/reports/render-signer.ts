import type { VaultSession } from '../session/vault-session.ts';
import type { ReportSigner } from './pdf/report-signer.ts';

/** How an unlocked vault signs its PDFs; null where its token cannot sign that way. */
export const reportSignerOf = (session: VaultSession, time: Date): ReportSigner | null => {
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
