export { AutoLock } from './auto-lock.ts';
export { unsignedTailOf } from './carry-over.ts';
export { Desk, type LockedWork } from './desk.ts';
export { CANCEL_MS } from './hung-driver.ts';
export { OpenVault } from './open-vault.ts';
export { RecentVaults } from './recent-vaults.ts';
export { rowsOf } from './record-rows.ts';
export { statusOf } from './session-status.ts';
export { Trusting } from './trusting.ts';
