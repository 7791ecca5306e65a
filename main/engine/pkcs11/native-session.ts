import { ckrOf, ckrSet, type Ckr } from './ckr.ts';
import type { Native } from './native.ts';

/** How tokens say "not authentic under this key"; SoftHSM 2.6 has one error for everything. */
const notAuthentic = ckrSet(
  'CKR_ENCRYPTED_DATA_INVALID',
  'CKR_AEAD_DECRYPT_FAILED',
  'CKR_WRAPPED_KEY_INVALID',
  'CKR_SIGNATURE_INVALID',
  'CKR_DATA_INVALID',
  'CKR_FUNCTION_FAILED',
  'CKR_GENERAL_ERROR',
);

/** A session as the library knows it, and whether it can still be used. All calls block. */
export class NativeSession {
  readonly native: Native;
  /** CK_SESSION_HANDLE in the addon's form. */
  readonly handle: Buffer;
  #jam: Error | null = null;
  #lastRefusal: Ckr | null = null;

  constructor(native: Native, handle: Buffer) {
    this.native = native;
    this.handle = handle;
  }

  /** What the token said when the newest null was returned: evidence, and detail for experts. */
  get lastRefusal(): Ckr | null {
    return this.#lastRefusal;
  }

  /**
   * Runs calls that are expected to succeed. Any error condemns the session: SoftHSM leaves the
   * operation active, and every later one would fail. Closing it ends what was left behind.
   * @throws what the calls throw, or what condemned the session before
   */
  run<T>(calls: (native: Native, handle: Buffer) => T): T {
    if (this.#jam !== null) throw this.#jam;
    try {
      return calls(this.native, this.handle);
    } catch (error) {
      throw this.condemn(error);
    }
  }

  /** As `run`, but null where the token says that something is not authentic. */
  runOrNull<T>(calls: (native: Native, handle: Buffer) => T): T | null {
    if (this.#jam !== null) throw this.#jam;
    try {
      return calls(this.native, this.handle);
    } catch (error) {
      const ckr = ckrOf(error);
      if (ckr === null || !notAuthentic.has(ckr.code) || !this.#answers()) {
        throw this.condemn(error);
      }
      this.#lastRefusal = ckr;
      return null;
    }
  }

  /** No call is made any more; the first reason stays and is returned. */
  condemn(error: unknown): Error {
    this.#jam ??= error instanceof Error ? error : new Error(String(error));
    return this.#jam;
  }

  /** CKR_GENERAL_ERROR may also mean a lost device: a token that still answers rules that out. */
  #answers(): boolean {
    try {
      this.native.C_GetTokenInfo(this.native.C_GetSessionInfo(this.handle).slotID);
      return true;
    } catch {
      return false;
    }
  }
}
