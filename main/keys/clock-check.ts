import { DAY_MS } from '../../shared/key-life.ts';
import { LARGEST_DRIFT_MS, type VaultSession } from '../session/index.ts';

export interface ClockCheck {
  readonly isTrusted: boolean;
  /** By this computer, UTC, ISO 8601. */
  readonly now: string;
  /** When the vault was locked last, by its ledger; null if that is not known. */
  readonly lastLock: string | null;
}

/**
 * Whether a destruction may rely on this computer's clock. A clock that was set forward would
 * destroy keys before their time: it is relied on only if the vault was locked less than a day
 * before it was unlocked now, and the clock was moved neither in this session nor in the one before.
 */
export const checkClock = async (session: VaultSession): Promise<ClockCheck> => {
  const { vault, opening, clockMovedMs } = session;
  const lock =
    opening.lastLock === null ? null : await (await vault.audit()).line(opening.lastLock);
  const lastLock = lock?.record.time ?? null;
  const isTrusted =
    lastLock !== null &&
    lock?.record.details['clockMovedMs'] === undefined &&
    opening.at.getTime() - Date.parse(lastLock) < DAY_MS &&
    clockMovedMs < LARGEST_DRIFT_MS;
  return { isTrusted, now: vault.now.toISOString(), lastLock };
};
