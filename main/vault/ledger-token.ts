import type { VaultId } from '../../shared/ids.ts';
import type { ReadTables } from '../keystore/index.ts';

/** The token's side of checkpoints, there while the vault is unlocked. */
export interface CheckpointSigner {
  /** Signs with the checkpoint key; P-256 signatures are DER. */
  sign(text: Uint8Array): Promise<Uint8Array>;
  /** The notes of all anchors of the vault, signed by whomever. */
  readAnchors(): Promise<readonly string[]>;
  /**
   * Makes the anchor in the token, then destroys those that are superseded; null where this
   * token keeps none.
   */
  readonly keepAnchor: ((note: string, superseded: readonly string[]) => Promise<void>) | null;
}

/** What a session's key is sealed for: it opens for nothing else. */
export interface SessionName {
  readonly vaultId: VaultId;
  readonly epoch: number;
  /** 32 hex digits. */
  readonly session: string;
}

/** A new session's key, and what of it may be written down. */
export interface SealedSessionKey {
  /** 32 bytes from the token's random generator. */
  readonly key: Uint8Array;
  /** The same under the sealing master. */
  readonly sealed: Uint8Array;
}

/** What a vault's ledger needs of its token. */
export interface LedgerToken extends CheckpointSigner {
  newSessionKey(name: SessionName): Promise<SealedSessionKey>;
  /** @throws Failure where the token does not hold the master keys of this keystore */
  requireMasters(tables: ReadTables): Promise<void>;
  /** Null where it was not sealed for this session by this token. */
  openSessionKey(name: SessionName, sealed: Uint8Array): Promise<Uint8Array | null>;
}
