import * as v from 'valibot';
import type { KeyId } from '../../shared/ids.ts';
import { limits } from '../../shared/limits.ts';
import { encryptionLimitReached } from '../../shared/messages/failures/keys.ts';
import { type Db, sql } from '../sqlite/index.ts';

/** What seals with random nonces: the sealing master, or a version of a key. */
export type SealScope = 'master' | `${KeyId}/${number}`;

/** Counts seals by reservation, before they are made (NIST SP 800-38D §8.3). */
export class SealRepository {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  reserved(scope: SealScope): number {
    const query = sql`SELECT reserved FROM seal_counters WHERE scope = ${scope}`;
    return this.#db.one(query, v.object({ reserved: v.number() }))?.reserved ?? 0;
  }

  /** Resets the count: another master seals from now on. */
  restart(scope: SealScope, count: number): void {
    this.#db.run(sql`DELETE FROM seal_counters WHERE scope = ${scope}`);
    this.reserve(scope, count);
  }

  /** Reserves `count` seals and returns the new sum. @throws Failure 'key-exhausted' */
  reserve(scope: SealScope, count: number): number {
    if (!Number.isSafeInteger(count) || count < 1) throw new Error(`cannot reserve ${count} seals`);
    const reserved = this.reserved(scope) + count;
    if (reserved > limits.sealsPerKey) throw encryptionLimitReached(scope);
    this.#db.run(sql`INSERT OR REPLACE INTO seal_counters (scope, reserved)
      VALUES (${scope}, ${reserved})`);
    return reserved;
  }
}
