import { limits } from '../../shared/limits.ts';
import type { SealScope } from '../keystore/index.ts';
import type { Vault } from '../vault/index.ts';

/** A record of a lock names so many at most; what is not named counts as used. */
const MOST_SCOPES = 64;

/**
 * GCM seals under random nonces, counted before they are made. A block is reserved in the
 * keystore and used up in memory; what a
 * clean lock leaves of it is recorded for the next session, what a crash leaves counts as used.
 */
export class SealBudget {
  readonly #vault: Vault;
  readonly #left = new Map<SealScope, number>();

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** What was reserved and not used: to be recorded with a lock, for the session after it. */
  get left(): Record<string, number> {
    return Object.fromEntries([...this.#left].filter(([, left]) => left > 0).slice(0, MOST_SCOPES));
  }

  /** Goes on with what the session before recorded as left; after a crash there is nothing. */
  resume(left: Readonly<Record<string, number>>): void {
    this.#left.clear();
    for (const [scope, count] of Object.entries(left)) this.#left.set(scope as SealScope, count);
  }

  /** After another key took the place of the one that sealed: what was left was of the old one. */
  forget(scope: SealScope): void {
    this.#left.delete(scope);
  }

  /**
   * @param expected how many may be needed in all: a block that lasts for them spares commits
   * @throws Failure `key-exhausted`
   */
  async take(scope: SealScope, count: number, expected = count): Promise<void> {
    const left = this.#left.get(scope) ?? 0;
    if (left >= count) {
      this.#left.set(scope, left - count);
      return;
    }
    const block = Math.max(count, expected, limits.sealReservation);
    await this.#vault.commit(
      ({ seals }) => seals.reserve(scope, block),
      (reserved) => ({
        action: 'seals.reserve',
        subject: { scope },
        outcome: 'ok',
        details: { block, reserved },
      }),
    );
    this.#left.set(scope, (this.#left.get(scope) ?? 0) + block - count);
  }
}
