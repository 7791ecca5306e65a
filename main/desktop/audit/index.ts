export { AuditView, recordOf, verifyVault } from './audit-view.ts';
export { exportEvidence } from './evidence.ts';
export { saveTokenEvidence } from './token-evidence.ts';
