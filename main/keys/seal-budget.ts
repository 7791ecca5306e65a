import { limits } from '../../shared/limits.ts';
import type { SealScope } from '../keystore/seals.ts';
import type { Vault } from '../vault/vault.ts';

/**
 * GCM seals under random nonces, counted before they are made. A block is reserved in the
 * keystore and used up in memory; what a crash leaves of it counts as used.
 */
export class SealBudget {
  readonly #vault: Vault;
  readonly #left = new Map<SealScope, number>();

  constructor(vault: Vault) {
    this.#vault = vault;
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
