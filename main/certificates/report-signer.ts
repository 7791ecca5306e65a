import type { SignDigest } from './certificate.ts';

/** What a signature states. */
export interface Seal {
  /** The certificate of the report key, DER. */
  readonly certificate: Uint8Array;
  /** When it signs. */
  readonly time: Date;
}

/** Signs a PDF with the vault's report key. */
export interface ReportSigner extends Seal {
  /**
   * ECDSA on P-256 over a SHA-256 digest (32 bytes), as the DER Ecdsa-Sig-Value of RFC 3279
   * §2.2.3. May reject with a Failure of the token.
   */
  readonly sign: SignDigest;
}
