import type { KeyId } from '../../../shared/ids.ts';
import type { KeyMaterial } from '../../../shared/keys.ts';
import { type Clocks, Moment, systemClocks } from '../../system/index.ts';

/** How long unsealed keys may stay in memory. */
export interface KeyringLifetimes {
  /** Milliseconds since the last use. */
  readonly idleMs: number;
  /** Milliseconds since the key was unsealed, however often it is used. */
  readonly absoluteMs: number;
}

/** A cached key as shown to people: never its bytes. */
export interface CachedKey {
  readonly id: KeyId;
  readonly version: number;
  readonly since: string;
  readonly lastUsed: string;
}

interface Entry {
  readonly id: KeyId;
  readonly version: number;
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly since: Moment;
  lastUsed: Moment;
  users: number;
  doomed: boolean;
}

/**
 * Unsealed `hsm-wrapped` keys, for a bounded time. The bytes are in shared memory, so that
 * zeroising them here takes them from every worker at once; a key in use is zeroised when its
 * last user is done, because sealing under half-erased bytes would lose a file.
 */
export class Keyring {
  #lifetimes: KeyringLifetimes;
  readonly #unseal: (material: KeyMaterial) => Buffer;
  readonly #clocks: Clocks;
  readonly #entries = new Map<string, Entry>();

  /** @param unseal returns the 32 key bytes; the keyring zeroises what it is given */
  constructor(
    lifetimes: KeyringLifetimes,
    unseal: (material: KeyMaterial) => Buffer,
    clocks: Clocks = systemClocks,
  ) {
    this.#lifetimes = lifetimes;
    this.#unseal = unseal;
    this.#clocks = clocks;
  }

  /** Gives a key's bytes to `work`. They are not erased until it has settled. */
  async use<T>(
    material: KeyMaterial,
    work: (bytes: Uint8Array<SharedArrayBuffer>) => Promise<T>,
  ): Promise<T> {
    this.sweep();
    const entry = this.#take(material);
    entry.users++;
    entry.lastUsed = new Moment(this.#clocks);
    try {
      return await work(entry.bytes);
    } finally {
      entry.users--;
      entry.lastUsed = new Moment(this.#clocks);
      if (entry.doomed && entry.users === 0) entry.bytes.fill(0);
    }
  }

  /** Forgets one key (all its versions), or everything. Later uses unseal again. */
  flush(id?: KeyId): void {
    for (const [name, entry] of this.#entries) {
      if (id === undefined || entry.id === id) this.#drop(name, entry);
    }
  }

  /** Forgets keys whose time is over. Called regularly, and before every use. */
  sweep(): void {
    for (const [name, entry] of this.#entries) {
      const { users, since, lastUsed } = entry;
      const idle = users === 0 && lastUsed.elapsedMs >= this.#lifetimes.idleMs;
      if (idle || since.elapsedMs >= this.#lifetimes.absoluteMs) this.#drop(name, entry);
    }
  }

  /** Also applies to keys that are in memory already. */
  setLifetimes(lifetimes: KeyringLifetimes): void {
    this.#lifetimes = lifetimes;
    this.sweep();
  }

  list(): CachedKey[] {
    return [...this.#entries.values()].map((entry) => ({
      id: entry.id,
      version: entry.version,
      since: new Date(entry.since.wallMs).toISOString(),
      lastUsed: new Date(entry.lastUsed.wallMs).toISOString(),
    }));
  }

  #take(material: KeyMaterial): Entry {
    const name = `${material.id}/${material.version}`;
    const known = this.#entries.get(name);
    if (known !== undefined) return known;
    const plain = this.#unseal(material);
    const bytes = new Uint8Array(new SharedArrayBuffer(plain.length));
    bytes.set(plain);
    plain.fill(0);
    const now = new Moment(this.#clocks);
    const { id, version } = material;
    const entry = { id, version, bytes, since: now, lastUsed: now, users: 0, doomed: false };
    this.#entries.set(name, entry);
    return entry;
  }

  #drop(name: string, entry: Entry): void {
    this.#entries.delete(name);
    entry.doomed = true;
    if (entry.users === 0) entry.bytes.fill(0);
  }
}
