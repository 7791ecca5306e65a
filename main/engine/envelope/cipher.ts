/** What one GCM encryption gives: the nonce that was used, and ciphertext followed by its tag (16). */
export interface Sealed {
  readonly nonce: Uint8Array;
  readonly data: Uint8Array;
}

/**
 * AES-256-GCM under one file key (DEK), wherever that key lives.
 * The arrays that it returns belong to the caller, who may overwrite them.
 */
export interface FileCipher {
  /**
   * Encrypts non-empty plaintext under a nonce of 12 bytes.
   * A token that makes its own nonce returns another one than asked for.
   * @param room plaintext.length + 16 bytes of the caller's that may become `data`: fresh memory
   * for each segment costs more than its encryption, because the kernel maps it page by page
   */
  encrypt(nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array, room?: Uint8Array): Sealed;
  /**
   * Decrypts ciphertext ‖ tag, at least 17 bytes. null = the tag does not verify.
   * Never releases unverified plaintext.
   * @param room data.length bytes of the caller's that may hold the plaintext; the caller wipes it
   */
  decrypt(
    nonce: Uint8Array,
    aad: Uint8Array,
    data: Uint8Array,
    room?: Uint8Array,
  ): Uint8Array | null;
  /** Whether encrypt uses exactly the nonce asked for: then a seal can be diagnosed. */
  readonly callerNonce: boolean;
}
