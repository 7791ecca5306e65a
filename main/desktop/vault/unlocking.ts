import { Failure } from '../../../shared/failure.ts';
import { UnsignedTail } from '../../vault/index.ts';
import { nothingToConfirm } from './desk-failures.ts';
import type { OpenVault } from './open-vault.ts';
import { rollbackOf } from './rollback-view.ts';

/** Work that needs the PIN. The window asks for one: a second question would find nobody. */
export const withPin = async <T>(
  open: OpenVault,
  pin: string | null,
  work: () => Promise<T>,
): Promise<T> => {
  open.gate.offer(pin);
  if (pin === null) open.gate.close();
  try {
    return await work();
  } finally {
    open.gate.withdraw();
  }
};

/** A vault that is not as it was signed last opens too, to be looked at. */
export const unlockToken = async (open: OpenVault, carryOver: boolean): Promise<void> => {
  // Only what somebody was shown can be confirmed.
  if (carryOver && open.unconfirmed === null) throw nothingToConfirm();
  open.rollback = null;
  try {
    await open.session.unlock({ carryOver });
    open.unconfirmed = null;
  } catch (error) {
    if (error instanceof UnsignedTail) open.unconfirmed = error.range;
    if (!(error instanceof Failure) || open.vault.restriction === null) throw error;
    if (error.code !== 'rolled-back') throw error;
    open.rollback = await rollbackOf(open);
  }
};

/** A batch still runs behind the locked window, logged in: the PIN is checked beside it. */
export const unlockBehind = async (open: OpenVault, pin: string | null): Promise<void> => {
  await open.session.checkPin(pin);
  await open.vault.record([{ action: 'window.unlock', subject: {}, outcome: 'ok', details: {} }]);
};
