import type { VaultId } from '../../../shared/ids.ts';
import { masterDiffers, mastersGone } from '../../../shared/messages/failures/token-keys.ts';
import type { TokenConnection } from '../pkcs11/connection.ts';
import { createTokenKey, findTokenKey, isInToken } from '../pkcs11/objects.ts';
import { checkDataProof, checkWrapProof, makeDataProof, makeWrapProof } from '../pkcs11/proofs.ts';
import type { ObjectHandle, Session } from '../pkcs11/session.ts';
import type { KeyLimits } from '../pkcs11/templates.ts';

/** A master key as the keystore knows it. */
export interface MasterRecord {
  /** CKA_ID, 16 bytes. */
  readonly objectId: Uint8Array;
  /** CKA_LABEL. */
  readonly label: string;
  /** What confirms the object: a probe key wrapped by it, or 32 zero bytes sealed by it. */
  readonly proof: Uint8Array;
}

/** CKA_IDs for masters that are to be made: 16 random bytes each. */
export interface MasterIds {
  readonly wrap: Uint8Array;
  readonly seal: Uint8Array;
}

/** The two masters of a vault. Their usages are separated: neither can do what the other does. */
export interface Masters {
  readonly wrap: MasterRecord;
  readonly seal: MasterRecord;
}

/** One thread's view of the token that holds a vault's masters. Handles are valid in this process only. */
export interface VaultToken {
  readonly connection: TokenConnection;
  readonly vaultId: VaultId;
  readonly wrap: ObjectHandle;
  readonly seal: ObjectHandle;
  /** True where the token encrypts under exactly the GCM nonce that it is given. */
  readonly callerNonce: boolean;
}

/** CKA_LABEL of a vault's master. */
export const masterLabel = (vaultId: VaultId, role: 'wrap' | 'seal'): string =>
  `claviger/${vaultId}/${role}`;

export const createMasters = (
  connection: TokenConnection,
  vaultId: VaultId,
  limits: KeyLimits,
  ids?: MasterIds,
): Masters =>
  connection.withSession((session) => {
    const wrapLabel = masterLabel(vaultId, 'wrap');
    const sealLabel = masterLabel(vaultId, 'seal');
    const wrap = createTokenKey(session, wrapLabel, 'wrap', limits, ids && Buffer.from(ids.wrap));
    const seal = createTokenKey(session, sealLabel, 'data', limits, ids && Buffer.from(ids.seal));
    return {
      wrap: { ...identity(wrap, wrapLabel), proof: makeWrapProof(session, wrap.handle) },
      seal: { ...identity(seal, sealLabel), proof: makeDataProof(session, seal.handle) },
    };
  });

const identity = (
  key: { readonly objectId: Uint8Array },
  label: string,
): Omit<MasterRecord, 'proof'> => ({ objectId: key.objectId, label });

export interface FindMasters {
  readonly connection: TokenConnection;
  readonly vaultId: VaultId;
  readonly masters: Masters;
  readonly callerNonce: boolean;
}

/** Finds both masters and tries their proofs. The objects' names alone prove nothing. */
export const findMasters = (input: FindMasters): VaultToken =>
  input.connection.withSession((session) => {
    const { wrap: wrapRecord, seal: sealRecord } = input.masters;
    const wrap = findTokenKey(session, wrapRecord, 'wrap');
    if (!checkWrapProof(session, wrap, wrapRecord.proof)) throw masterDiffers('wrapping');
    const seal = findTokenKey(session, sealRecord, 'data');
    if (!checkDataProof(session, seal, sealRecord.proof)) throw masterDiffers('sealing');
    const { connection, vaultId, callerNonce } = input;
    return { connection, vaultId, wrap, seal, callerNonce };
  });

/** Whether both are there, by name alone. @throws Failure 'master-missing' */
export const requireMasters = (connection: TokenConnection, { wrap, seal }: Masters): void =>
  connection.withSession((session) => {
    if (![wrap, seal].every((master) => isInToken(session, master))) throw mastersGone();
  });

/** The masters' handles without trying the proofs again: for threads that start after the check. */
export const findProvedMasters = (input: FindMasters): VaultToken =>
  input.connection.withSession((session: Session) => ({
    connection: input.connection,
    vaultId: input.vaultId,
    callerNonce: input.callerNonce,
    wrap: findTokenKey(session, input.masters.wrap),
    seal: findTokenKey(session, input.masters.seal),
  }));
