import type { TokenTarget } from '../main/engine/pkcs11/target.ts';

/** Plaintext bytes that one cipher call takes: what claviger uses where the token allows it. */
export const SEGMENT = 262_144;
/** As in an encrypted file: nonce 12, ciphertext, tag 16. */
export const FRAME_OVERHEAD = 28;

export interface RawToken {
  readonly target: TokenTarget;
  readonly pin: string;
  /** CKA_ID of the AES key, hex. */
  readonly objectId: string;
  readonly label: string;
}

/** One file, or all files of a folder, through AES-256-GCM and nothing else. */
export interface RawJob {
  /** null: node:crypto; else the token that encrypts. */
  readonly token: RawToken | null;
  readonly direction: 'encrypt' | 'decrypt';
  readonly from: string;
  readonly to: string;
  readonly threads: number;
  /** Whether SHA-256 is made of the encrypted bytes, piece by piece, as for a receipt. */
  readonly digest: boolean;
}

/** What the threads share: the number of the next piece of work. */
export interface RawShare extends RawJob {
  readonly counter: SharedArrayBuffer;
  /** Names of the files in `from`; null where it is one file. */
  readonly names: readonly string[] | null;
}
