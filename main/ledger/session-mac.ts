import { createHmac, timingSafeEqual } from 'node:crypto';
import type { LedgerHead } from '../pki/index.ts';
import { encodeUnmarked, type LedgerRecord, type Mark, type MarkedRecord } from './record.ts';

/*
 * What makes a line of the ledger the vault's own before it is signed: a message authentication
 * code under a key that only the token opens (docs/ledger.md, "Sessions").
 */

/** Length of a session key in bytes: that of HMAC-SHA-256 (RFC 2104 §3). */
export const SESSION_KEY_BYTES = 32;
const MAC_BYTES = 16;
const NONE = new Uint8Array();

/** Over the line without `seq`, so that a shared ledger may number it, and without `mac`. */
const macOf = (key: Uint8Array, previous: Uint8Array, text: string): Buffer =>
  createHmac('sha256', key).update(previous).update(text).digest().subarray(0, MAC_BYTES);

/** The end of a session's chain of codes. */
export interface SessionEnd {
  /** 32 hex digits. */
  readonly session: string;
  /** The number of its newest line, from 0. */
  readonly n: number;
  /** That line's code, hex. */
  readonly mac: string;
}

/** Marks the lines of one session, one after the other. Holds the key until it is erased. */
export class SessionMarks {
  readonly #id: string;
  readonly #key: Buffer;
  #previous: Uint8Array = NONE;
  #n = 0;
  #isErased = false;

  /** @param key taken over: `erase` zeroises it */
  constructor(id: string, key: Uint8Array) {
    if (key.length !== SESSION_KEY_BYTES) throw new Error('a session key has 32 bytes');
    this.#id = id;
    this.#key = Buffer.from(key.buffer, key.byteOffset, key.length);
  }

  /** @param base the head that the line relies on; null where it relies on none */
  mark(record: LedgerRecord, base: LedgerHead | null): MarkedRecord {
    if (this.#isErased) throw new Error('this session has ended');
    const unfinished = { session: this.#id, n: this.#n, ...(base === null ? {} : { base }) };
    const mac = macOf(this.#key, this.#previous, encodeUnmarked(record, unfinished));
    this.#previous = mac;
    this.#n += 1;
    return { ...record, mark: { ...unfinished, mac: mac.toString('hex') } };
  }

  erase(): void {
    this.#key.fill(0);
    this.#isErased = true;
  }
}

/** Checks the lines of one session in their order. */
export class SessionCheck {
  readonly #key: Buffer;
  #next = 0;
  #previous: Uint8Array = NONE;

  /** @param from the end of the chain so far; null for a new one */
  constructor(key: Uint8Array, from: SessionEnd | null) {
    this.#key = Buffer.from(key);
    if (from === null) return;
    this.#next = from.n + 1;
    this.#previous = Buffer.from(from.mac, 'hex');
  }

  /** Whether this is the next line of the session. */
  accepts({ mark, ...record }: MarkedRecord): boolean {
    const { mac, ...unfinished } = mark;
    if (mark.n !== this.#next) return false;
    const expected = macOf(this.#key, this.#previous, encodeUnmarked(record, unfinished));
    const given = Buffer.from(mac, 'hex');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
    this.#previous = given;
    this.#next += 1;
    return true;
  }

  erase(): void {
    this.#key.fill(0);
  }
}

/** Where a session stands after this line. */
export const endOf = ({ session, n, mac }: Mark): SessionEnd => ({ session, n, mac });
