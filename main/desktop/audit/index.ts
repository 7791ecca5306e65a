export { AuditView, recordOf } from './audit-view.ts';
export { exportEvidence } from './evidence.ts';
export { recallVerification, verifyVault } from './verifying.ts';
