import { nothingToConfirm } from '../../../shared/messages/failures/desktop.ts';
import type { Access, OpenVault } from './open-vault.ts';
import { rollbackOf } from './rollback-view.ts';

/** Work that needs the PIN. The window asks for it once. */
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

/**
 * Unlocks with the token. A vault that differs from its last signed state opens too, for viewing.
 * @throws Failure 'pin-incorrect' and the like
 */
export const unlockToken = async (open: OpenVault, carryOver: boolean): Promise<Access> => {
  // Only what somebody was shown can be confirmed.
  if (carryOver && open.unconfirmed === null) throw nothingToConfirm();
  const outcome = await open.session.unlock({ carryOver });
  const since = new Date().toISOString();
  switch (outcome.kind) {
    case 'open':
      return { kind: 'open', since };
    case 'read-only':
      return { kind: 'read-only', since, rollback: await rollbackOf(open) };
    case 'unsigned-tail':
      open.amendLock({ unconfirmed: outcome.range });
      return open.access;
  }
};

/** A batch still runs behind the locked window, logged in: the PIN is checked beside it. */
export const unlockBehind = async (open: OpenVault, pin: string | null): Promise<Access> => {
  await open.session.checkPin(pin);
  await open.vault.record([{ action: 'window.unlock', subject: {}, outcome: 'ok', details: {} }]);
  return { kind: 'open', since: new Date().toISOString() };
};
