import { DAY_MS } from '../../shared/key-life.ts';
import type { VaultSession } from '../session/index.ts';

/** How far the clock may run ahead of the time that has passed since the vault was unlocked. */
const LARGEST_JUMP_MS = 3_600_000;

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
 * before it was unlocked now, and the clock has not been moved since.
 */
export const checkClock = async ({ vault, opening }: VaultSession): Promise<ClockCheck> => {
  const { now } = vault;
  const lastLock = opening.lastLock === null ? null : await timeOf(vault, opening.lastLock);
  const atUnlock = opening.at.getTime();
  const jump = Math.abs(now.getTime() - atUnlock - (performance.now() - opening.steadyMs));
  const isTrusted =
    lastLock !== null && atUnlock - Date.parse(lastLock) < DAY_MS && jump < LARGEST_JUMP_MS;
  return { isTrusted, now: now.toISOString(), lastLock };
};

const timeOf = async (vault: VaultSession['vault'], record: number): Promise<string | null> =>
  (await (await vault.audit()).line(record))?.record.time ?? null;
