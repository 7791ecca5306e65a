import type { SqlJsStatic } from 'sql.js';
import type { VaultId } from '../../shared/ids.ts';
import type { IndexCache } from '../audit/index.ts';
import type { JsonObject } from '../json/index.ts';
import type { Migration, Tables } from '../keystore/index.ts';
import type { Actor, Stamp } from '../ledger/index.ts';
import type { CheckpointKey } from '../pki/index.ts';
import type { Clock } from '../system/index.ts';

export interface VaultContext {
  readonly sqlJs: SqlJsStatic;
  /** Who opens the vault; the token joins by `setToken`. */
  readonly actor: Omit<Actor, 'token'>;
  readonly clock: Clock;
  /** Keeps the search index from one opening to the next; none is kept without it. */
  readonly indexCache?: IndexCache | undefined;
  /** The keystore's schema; all steps of this program unless a test says otherwise. */
  readonly migrations?: readonly Migration[];
}

/** Signs a ledger's first record. */
export interface FirstSigner {
  /** The public half, which the first record names too. */
  readonly key: CheckpointKey;
  readonly sign: (text: Uint8Array) => Promise<Uint8Array>;
}

export interface VaultCreation extends FirstSigner {
  readonly vaultId: VaultId;
  readonly token?: Actor['token'];
  /** What the first record says besides the vault's id. */
  readonly details?: JsonObject;
  /** The first content of the keystore. */
  readonly change?: (tables: Tables) => void;
  /** Names that may be in the folder already, like those of an evaluation token. */
  readonly beside?: readonly string[];
}

export interface CommitOptions {
  /** A blob was deleted: no file in the folder may hold it once the commit is acknowledged. */
  readonly purge?: boolean;
}

/** Who is acting now. */
export class Identity implements Stamp {
  readonly clock: Clock;
  readonly #actor: Omit<Actor, 'token'>;
  token: Actor['token'];

  constructor({ actor, clock }: VaultContext, token: Actor['token']) {
    this.#actor = actor;
    this.clock = clock;
    this.token = token;
  }

  actor(): Actor {
    return { ...this.#actor, token: this.token };
  }
}
