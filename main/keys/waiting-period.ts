import type { VaultSession } from '../session/index.ts';
import { refuseWait } from './change-key.ts';

/**
 * Sets how long destructions wait from now on; those that are scheduled keep their dates.
 * @throws Failure `usage`
 */
export const setWaitingPeriod = async ({ vault }: VaultSession, days: number): Promise<void> => {
  refuseWait(days);
  const before = vault.tables.meta.waitingDays();
  if (days === before) return;
  await vault.commit(
    ({ meta }) => {
      meta.set('waitingDays', days);
    },
    () => ({
      action: 'vault.waiting-period',
      subject: {},
      outcome: 'ok',
      details: { before, after: days },
    }),
  );
};
