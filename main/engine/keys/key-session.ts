import { randomBytes } from 'node:crypto';
import type { KeyMaterial } from '../../../shared/keys.ts';
import {
  keyNotUnwrapped,
  residentKeyDiffers,
} from '../../../shared/messages/failures/token-keys.ts';
import { slotAad } from '../envelope/aad.ts';
import type { FileCipher } from '../envelope/cipher.ts';
import type { Slot } from '../envelope/header.ts';
import { hostCipher } from '../envelope/host-cipher.ts';
import { findTokenKey } from '../pkcs11/objects.ts';
import { checkDataProof, checkWrapProof } from '../pkcs11/proofs.ts';
import type { ObjectHandle, Session } from '../pkcs11/session.ts';
import { residentLabel, usageOf } from './create-key.ts';
import { openBlob } from './key-blob.ts';
import { tokenCipher } from './token-cipher.ts';
import type { VaultToken } from './vault-token.ts';

/** A key as a worker gets it: with its bytes in shared memory where its custody is `hsm-wrapped`. */
export interface LoadedKey {
  readonly material: KeyMaterial;
  readonly software: Uint8Array | null;
}

interface TokenFileKey {
  readonly bulk: 'token';
  readonly wrapped: Uint8Array;
  readonly under: LoadedKey;
}

/** One file's key (DEK), in a form that can be handed to other workers of this process. */
export type FileKey = { readonly bulk: 'host'; readonly dek: Uint8Array } | TokenFileKey;

/** Erases a file key's bytes, if there are any outside the token. */
export const eraseFileKey = (fileKey: FileKey): void => {
  if (fileKey.bulk === 'host') fileKey.dek.fill(0);
};

export interface NewFileKey {
  readonly fileKey: FileKey;
  readonly slots: readonly Slot[];
}

const DEK_BYTES = 32;
const NONCE = 12;
const TOKEN_DEK = { usage: 'data', extractable: false, token: null } as const;
/** Can be wrapped, and do nothing else. */
const TRAVELLING_DEK = { usage: 'none', extractable: true, token: null } as const;

/** What one operation does with keys. Every object it opens lives in its session and dies with it. */
export class KeySession {
  readonly #token: VaultToken;
  readonly #session: Session;
  readonly #opened = new Map<string, ObjectHandle>();
  /** Every file key of this session; with its object where it lives in the token. */
  readonly #fileKeys = new Map<FileKey, ObjectHandle | null>();

  constructor(token: VaultToken, session: Session) {
    this.#token = token;
    this.#session = session;
  }

  /** A fresh file key with a slot for each of `keys`, which are all of one bulk kind. */
  newFileKey(headerHash: Uint8Array, keys: readonly [LoadedKey, ...LoadedKey[]]): NewFileKey {
    return keys[0].material.bulk === 'token'
      ? this.#newTokenKey(keys)
      : this.#newHostKey(headerHash, keys);
  }

  /** The file key in a slot, or null where the slot does not open under this key. */
  openSlot(headerHash: Uint8Array, slot: Slot, key: LoadedKey): FileKey | null {
    if (slot.wrap === 'A256KW') {
      const handle = this.#session.unwrap(this.#handle(key.material), slot.dek, TOKEN_DEK);
      return handle === null
        ? null
        : this.#remember({ bulk: 'token', wrapped: slot.dek, under: key }, handle);
    }
    const aad = slotAad(headerHash, slot);
    const dek = this.#sealer(key).decrypt(
      slot.dek.subarray(0, NONCE),
      aad,
      slot.dek.subarray(NONCE),
    );
    return dek === null ? null : this.#remember({ bulk: 'host', dek }, null);
  }

  /** Slots for more keys with a file key that was opened here; they are of its bulk kind. */
  slotsFor(headerHash: Uint8Array, fileKey: FileKey, keys: readonly LoadedKey[]): Slot[] {
    return fileKey.bulk === 'host'
      ? this.#sealSlots(headerHash, fileKey.dek, keys)
      : this.#wrapAgain(fileKey, keys);
  }

  /** The cipher of a file key. A token's cipher works until its file key is forgotten. */
  cipher(fileKey: FileKey): FileCipher {
    if (fileKey.bulk === 'host') return hostCipher(fileKey.dek);
    const handle = this.#fileKeys.get(fileKey) ?? this.#unwrapFileKey(fileKey);
    return tokenCipher(this.#session, handle, this.#token.callerNonce);
  }

  /**
   * Ends every file key that was made or opened here: erases its bytes, destroys its object.
   * Between the files of a group, so that only keys outlive a file, and never its own.
   */
  forgetFileKeys(): void {
    for (const [fileKey, handle] of this.#fileKeys) {
      eraseFileKey(fileKey);
      if (handle !== null) this.#session.destroy(handle);
    }
    this.#fileKeys.clear();
  }

  /** The 32 bytes of an `hsm-wrapped` key. The caller zeroises them. */
  unseal(material: KeyMaterial): Buffer {
    if (material.custody !== 'hsm-wrapped' || material.blob === null) {
      throw new Error(`a key of custody ${material.custody} is never unsealed`);
    }
    const binding = { ...material, vaultId: this.#token.vaultId };
    return openBlob(this.#session, this.#token.seal, binding, material.blob);
  }

  /** Generated in the token and wrapped there: its bytes are never outside. */
  #newTokenKey(keys: readonly [LoadedKey, ...LoadedKey[]]): NewFileKey {
    const session = this.#session;
    const fresh = session.generateSecretKey(TRAVELLING_DEK);
    const slots = this.#wrapSlots(fresh, keys);
    session.destroy(fresh);
    const wrapped = slots[0]?.dek;
    if (wrapped === undefined) throw new Error('a file needs at least one key');
    const fileKey = { bulk: 'token', wrapped, under: keys[0] } as const;
    return { slots, fileKey: this.#remember(fileKey, null) };
  }

  #newHostKey(headerHash: Uint8Array, keys: readonly LoadedKey[]): NewFileKey {
    const dek = this.#session.random(DEK_BYTES);
    const fileKey = this.#remember({ bulk: 'host', dek }, null);
    return { slots: this.#sealSlots(headerHash, dek, keys), fileKey };
  }

  /**
   * In the token: the object that encrypts cannot leave it, so for this moment there is another
   * one that can do nothing else.
   */
  #wrapAgain(fileKey: TokenFileKey, keys: readonly LoadedKey[]): Slot[] {
    const kek = this.#handle(fileKey.under.material);
    const handle = this.#session.unwrap(kek, fileKey.wrapped, TRAVELLING_DEK);
    if (handle === null) throw new Error('a file key that opened before does not open again');
    try {
      return this.#wrapSlots(handle, keys);
    } finally {
      this.#session.destroy(handle);
    }
  }

  #wrapSlots(fileKey: ObjectHandle, keys: readonly LoadedKey[]): Slot[] {
    return keys.map(({ material }): Slot => {
      const dek = this.#session.wrap(this.#handle(material), fileKey);
      const { id: key, version, kcv } = material;
      return { key, version, kcv, wrap: 'A256KW', dek };
    });
  }

  #sealSlots(headerHash: Uint8Array, dek: Uint8Array, keys: readonly LoadedKey[]): Slot[] {
    return keys.map((key): Slot => {
      const { id, version, kcv } = key.material;
      const bare: Slot = { key: id, version, kcv, wrap: 'A256GCMKW', dek: new Uint8Array() };
      const sealed = this.#sealer(key).encrypt(randomBytes(NONCE), slotAad(headerHash, bare), dek);
      return { ...bare, dek: Buffer.concat([sealed.nonce, sealed.data]) };
    });
  }

  #unwrapFileKey(fileKey: TokenFileKey): ObjectHandle {
    const kek = this.#handle(fileKey.under.material);
    const handle = this.#session.unwrap(kek, fileKey.wrapped, TOKEN_DEK);
    if (handle === null) throw new Error('a file key that opened before does not open again');
    this.#remember(fileKey, handle);
    return handle;
  }

  #remember(fileKey: FileKey, handle: ObjectHandle | null): FileKey {
    this.#fileKeys.set(fileKey, handle);
    return fileKey;
  }

  /** What seals and opens file keys of host bulk: the key in the token, or its bytes in memory. */
  #sealer(key: LoadedKey): FileCipher {
    if (key.material.custody !== 'hsm-wrapped') {
      return tokenCipher(this.#session, this.#handle(key.material), this.#token.callerNonce);
    }
    if (key.software === null) throw new Error('an hsm-wrapped key came without its bytes');
    return hostCipher(key.software);
  }

  #handle(material: KeyMaterial): ObjectHandle {
    const name = `${material.id}/${material.version}`;
    const known = this.#opened.get(name);
    if (known !== undefined) return known;
    const handle = this.#open(material);
    this.#opened.set(name, handle);
    return handle;
  }

  #open(material: KeyMaterial): ObjectHandle {
    if (material.objectId !== null) return this.#findProved(material, material.objectId);
    if (material.blob === null) throw new Error('a key has neither an object nor a blob');
    const binding = { ...material, vaultId: this.#token.vaultId };
    const wrapped = openBlob(this.#session, this.#token.seal, binding, material.blob);
    const usage = usageOf(material.bulk);
    const intent = { usage, extractable: false, token: null } as const;
    const handle = this.#session.unwrap(this.#token.wrap, wrapped, intent);
    if (handle === null) throw keyNotUnwrapped(material.id, material.version);
    return handle;
  }

  /** Name and ID do not identify a resident key: with the PIN, another object can get them. */
  #findProved(material: KeyMaterial, objectId: Uint8Array): ObjectHandle {
    const usage = usageOf(material.bulk);
    const label = residentLabel(this.#token, material);
    const handle = findTokenKey(this.#session, { objectId, label }, usage);
    const check = usage === 'wrap' ? checkWrapProof : checkDataProof;
    if (material.proof === null || !check(this.#session, handle, material.proof))
      throw residentKeyDiffers(material.id, material.version);
    return handle;
  }
}
