import { callInThread, type ThreadCall } from '../thread/index.ts';
import type { LedgerVerdict } from './verify.ts';

/** What the verifying thread answers. */
export interface VerifyCalls {
  verify: (folder: string) => Promise<LedgerVerdict>;
}

const SCRIPT = new URL('./verify-thread.js', import.meta.url);

/**
 * `verifyLedger` of a vault's folder in a thread of its own: a million records take seconds.
 * @throws Failure 'cancelled' | 'ledger-damaged'
 */
export const verifyInThread = (
  folder: string,
  call: ThreadCall = {},
  script = SCRIPT,
): Promise<LedgerVerdict> => callInThread<VerifyCalls, 'verify'>(script, 'verify', folder, call);
