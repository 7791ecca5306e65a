import type { DigestAlgorithm, FileDigest } from '../../shared/file-digest.ts';
import type { FailureData } from '../../shared/failure.ts';
import type { KeyId, VaultId } from '../../shared/ids.ts';
import type { KeyMaterial, KeyState } from '../../shared/keys.ts';
import type { FolderPlace } from './files/open-folder.ts';
import type { FileJob, FileResult, VerifyJob, WritingJob } from './files/jobs.ts';
import type { SlotProof } from './files/prove-slots.ts';
import type { SlotRules } from './files/new-slots.ts';
import type { NewKey } from './keys/create-key.ts';
import type { ResidentKey } from './keys/destroy-key.ts';
import type { CachedKey, KeyringLifetimes } from './keys/keyring.ts';
import type { SigningKey, SigningKeys } from './keys/signing-keys.ts';
import type { LedgerIdentity, SessionKeyName } from './keys/ledger-keys.ts';
import type { TokenComparison } from './keys/reconcile.ts';
import type { Expected, ObjectName } from './keys/sort-objects.ts';
import type { WrappedKey } from './keys/rewrap-blobs.ts';
import type { MasterIds, Masters } from './keys/vault-token.ts';
import type { NewAnchor } from './pkcs11/anchors.ts';
import type { ModuleInfo } from './pkcs11/module.ts';
import type { TokenKeyName } from './pkcs11/objects.ts';
import type { PinChange } from './pkcs11/possible-pin.ts';
import type { TokenProfile } from './pkcs11/profile.ts';
import type { TokenTarget } from './pkcs11/target.ts';
import type { TokenInfo } from './pkcs11/token-info.ts';

/** A PKCS#11 library, before any token of it is chosen. */
export type ModuleTarget = Pick<TokenTarget, 'modulePath' | 'parameters' | 'environment'>;

export interface EvaluationPlace {
  readonly folder: string;
  readonly label: string;
  /** SoftHSM2 as this vault knows it; null for the one that is found on this computer. */
  readonly library: Pick<TokenTarget, 'modulePath' | 'librarySha256'> | null;
}

export interface ModuleListing {
  readonly module: ModuleInfo;
  readonly tokens: readonly TokenInfo[];
}

export interface UseMasters {
  readonly vaultId: VaultId;
  readonly masters: Masters;
  readonly profile: TokenProfile;
  readonly lifetimes: KeyringLifetimes;
}

export interface NewMasters {
  readonly vaultId: VaultId;
  readonly profile: TokenProfile;
  /** Drawn before, so that they are found after a crash; otherwise the token draws them. */
  readonly ids?: MasterIds;
}

/** Keys under the masters in use, to be moved to other ones. */
export interface MovedKeys {
  readonly to: Masters;
  readonly keys: readonly WrappedKey[];
}

/** A key that must not be used now, and why. Reported instead of "no key". */
export interface RefusedKey {
  readonly id: KeyId;
  readonly version: number;
  readonly state: KeyState;
  readonly failure: FailureData;
}

/** The keys of one batch, sent once. */
export interface KeySetInput {
  readonly keys: readonly KeyMaterial[];
  readonly refused: readonly RefusedKey[];
  /** Where slots are to be replaced. */
  readonly slots: SlotRules | null;
}

export interface GroupOf<Job> {
  /** From `addKeySet`. */
  readonly keySet: number;
  readonly files: readonly Job[];
  /** The folders of all their files. */
  readonly folders: readonly FolderPlace[];
}

/**
 * Everything that the main process asks of the engine. The engine alone talks to the token and
 * alone touches key bytes; what it returns holds none that can be read.
 */
export interface EngineCalls {
  listTokens: (input: ModuleTarget) => ModuleListing;
  createEvaluationToken: (input: { readonly folder: string; readonly pin: string }) => TokenTarget;
  /** Finds the evaluation token of a vault folder, which may have been moved. */
  connectEvaluation: (input: EvaluationPlace) => TokenInfo;
  /**
   * Loads the library and finds the token; no PIN is needed.
   * @throws Failure 'library-changed' before it is loaded
   */
  connect: (input: TokenTarget) => TokenInfo;
  /** @param pin null where the PIN is typed at the token */
  login: (input: { readonly pin: string | null }) => TokenInfo;
  /** Changes the user PIN, logged in or not. @param input null where both are typed at the token */
  changePin: (input: PinChange | null) => void;
  /** What the token says of itself now. @throws where it was taken away */
  tokenStatus: (input: null) => TokenInfo;
  probe: (input: null) => TokenProfile;
  createMasters: (input: NewMasters) => Masters;
  createSigningKeys: (input: {
    readonly vaultId: VaultId;
    readonly profile: Pick<TokenProfile, 'ed25519' | 'p256'>;
  }) => SigningKeys;
  /** Finds the keys that the ledger is bound to; the calls on sessions and checkpoints need them. */
  bindLedger: (input: LedgerIdentity) => void;
  newSessionKey: (input: SessionKeyName) => {
    readonly key: Uint8Array;
    readonly sealed: Uint8Array;
  };
  /** Null where it was not sealed for this session by this token. */
  openSessionKey: (input: SessionKeyName & { readonly sealed: Uint8Array }) => Uint8Array | null;
  /** Refuses everything but the text of a checkpoint of the vault. P-256: DER. */
  signCheckpoint: (input: { readonly text: Uint8Array }) => Uint8Array;
  /** ECDSA P-256 over a SHA-256 digest, DER. */
  signReportDigest: (input: {
    readonly key: SigningKey;
    readonly digest: Uint8Array;
  }) => Uint8Array;
  /** The notes of all anchors of the vault. Thorough: also where older versions kept them. */
  readAnchors: (input: { readonly vaultId: VaultId; readonly thorough: boolean }) => string[];
  /** Creates the new anchor, then destroys the superseded ones. */
  keepAnchor: (input: NewAnchor) => void;
  /** Finds the masters and tries their proofs. */
  useMasters: (input: UseMasters) => void;
  /** Wraps keys again under other masters of this token, and compares each with what it was. */
  rewrapBlobs: (input: MovedKeys) => Uint8Array[];
  /** Opens each as it is opened to be used. @throws Failure for the first that does not open */
  proveBlobs: (input: { readonly keys: readonly WrappedKey[] }) => void;
  /** Uses no masters any more, until `useMasters` is called again. */
  leaveMasters: (input: null) => void;
  /** Destroys masters that are not in use, and looks again. @returns how many were there */
  destroyMasters: (input: { readonly masters: readonly TokenKeyName[] }) => number;
  /** @throws Failure 'master-missing' where the token does not hold both, by name alone */
  requireMasters: (input: { readonly masters: Masters }) => void;
  createKey: (input: NewKey) => KeyMaterial;
  /** Removes the object of a resident key, and looks again. @returns whether it was there */
  destroyKey: (input: ResidentKey) => { readonly found: boolean };
  /** Those of the keys whose object is not in the token, by name alone. */
  missingKeys: (input: readonly ResidentKey[]) => ResidentKey[];
  /** Compares every object in the token with the keystore. */
  reconcile: (input: Expected) => TokenComparison;
  /** Destroys an object that the keystore does not name, and looks for it: whether it is gone. */
  removeObject: (input: { readonly expected: Expected; readonly object: ObjectName }) => boolean;
  addKeySet: (input: KeySetInput) => number;
  removeKeySet: (input: { readonly keySet: number }) => void;
  /** Encrypts under the keys of the set, one slot for each. Progress: plaintext bytes. */
  encrypt: (input: GroupOf<WritingJob>) => FileResult[];
  decrypt: (input: GroupOf<WritingJob>) => FileResult[];
  verify: (input: GroupOf<VerifyJob>) => FileResult[];
  /** Replaces slots and seals by the rules of the key set. Progress: bytes copied. */
  rewrap: (input: GroupOf<WritingJob>) => FileResult[];
  /** Encrypts files again under new file keys, with slots by the rules of the key set. */
  reencrypt: (input: GroupOf<WritingJob>) => FileResult[];
  /** Tries the slots that there are keys for; reads no data. */
  prove: (input: GroupOf<FileJob>) => SlotProof[];
  /** SHA-256 of a file, hex. */
  hashFile: (input: {
    readonly folder: FolderPlace;
    readonly name: string;
    readonly algorithm: DigestAlgorithm;
  }) => FileDigest;
  /** Unsealed keys in memory now. */
  cachedKeys: (input: null) => CachedKey[];
  /** Zeroises one key's cached bytes, or all. */
  flushKeys: (input: { readonly id: KeyId | null }) => void;
  /** How long unsealed keys may stay, from now on. */
  setLifetimes: (input: KeyringLifetimes) => void;
  logout: (input: null) => void;
}
