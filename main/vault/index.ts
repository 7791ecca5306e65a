export type { LedgerToken } from './ledger-token.ts';
export type { RollbackFinding } from './rollback.ts';
export type { FoundSigned, UnlockOptions } from './unlocking.ts';
export { Vault, type VaultContext } from './vault.ts';
export { type VaultStatus, withStatus } from './vault-status.ts';
export { verifyInThread } from './verify-in-thread.ts';
export type { LedgerVerdict } from './verify.ts';
