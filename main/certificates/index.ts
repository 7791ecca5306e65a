export { makeReportCertificate } from './certificate.ts';
export { MAX_SIGNATURE_BYTES, signDetached } from './cms.ts';
export type { ReportSigner, Seal } from './report-signer.ts';
