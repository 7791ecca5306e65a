import {
  idTaken,
  oddSealedData,
  oddWrappedKey,
  wrappedKeyLength,
} from '../../../shared/messages/failures/pkcs11.ts';
import { readAttribute, readUlong, requireAttributes, requireIntent } from './attributes.ts';
import type { Ckr } from './ckr.ts';
import { CKM, CKO, GCM_TAG_BYTES, gcmMechanism } from './native.ts';
import type { Native, NativeMechanism } from './native.ts';
import { NativeSession } from './native-session.ts';
import { searchObjects, type Search } from './search.ts';
import { secretKeyTemplate, templateFault } from './templates.ts';
import type { Attribute, KeyIntent, Template, TemplateKind } from './templates.ts';

/** An object in the token. Good for the life of its session and never stored. */
export interface ObjectHandle {
  readonly bytes: Buffer;
}

export interface KeyPair {
  readonly publicKey: ObjectHandle;
  readonly privateKey: ObjectHandle;
}

export interface SealedByToken {
  /** The nonce that was used: the one asked for, or the token's own. */
  readonly nonce: Buffer;
  /** Ciphertext followed by the 16-byte tag. */
  readonly data: Buffer;
}

/** RFC 3394 §2.2.1: an AES-256 key wraps to its 32 bytes and 8 of integrity check. */
export const WRAPPED_KEY_BYTES = 40;
const CMAC_BYTES = 16;

/** One PKCS#11 session in our own words. All calls block; expected refusals are null. */
export class Session {
  readonly #session: NativeSession;

  constructor(native: Native, handle: Buffer) {
    this.#session = new NativeSession(native, handle);
  }

  /** For the probe, which has to ask for what this class never would. */
  get raw(): Pick<NativeSession, 'native' | 'handle'> {
    return this.#session;
  }

  /** What the token said when the newest null was returned: evidence, and detail for experts. */
  get lastRefusal(): Ckr | null {
    return this.#session.lastRefusal;
  }

  /** `length` bytes from the random generator of the token. */
  random(length: number): Buffer {
    return this.#session.run((native, handle) =>
      native.C_GenerateRandom(handle, Buffer.alloc(length)),
    );
  }

  /**
   * A new AES-256 key, made in the token and read back.
   * @throws Failure 'object-refused' where the token made something else, or the object id is taken
   */
  generateSecretKey(intent: KeyIntent): ObjectHandle {
    const template = this.#template('generate', intent);
    const bytes = this.#session.run((native, handle) =>
      native.C_GenerateKey(handle, { mechanism: CKM.AES_KEY_GEN }, template),
    );
    return this.#confirmed({ bytes }, intent, 'generated');
  }

  /** `key` wrapped under `kek` by RFC 3394: 40 bytes. */
  wrap(kek: ObjectHandle, key: ObjectHandle): Buffer {
    const mechanism = { mechanism: CKM.AES_KEY_WRAP };
    const room = Buffer.alloc(WRAPPED_KEY_BYTES + 24);
    const blob = this.#session.run((native, handle) =>
      native.C_WrapKey(handle, mechanism, kek.bytes, key.bytes, room),
    );
    if (blob.length === WRAPPED_KEY_BYTES) return Buffer.from(blob);
    throw oddWrappedKey(blob.length, WRAPPED_KEY_BYTES);
  }

  /**
   * The key inside `blob`, read back; null where the blob is not authentic under `kek`.
   * @throws Failure 'blob-damaged' unless the blob has 40 bytes: both tokens tested here take a
   * 24-byte one as an AES-128 key without a word
   */
  unwrap(kek: ObjectHandle, blob: Uint8Array, intent: KeyIntent): ObjectHandle | null {
    if (blob.length !== WRAPPED_KEY_BYTES) {
      throw wrappedKeyLength(blob.length, WRAPPED_KEY_BYTES);
    }
    const mechanism = { mechanism: CKM.AES_KEY_WRAP };
    const template = this.#template('unwrap', intent);
    const bytes = this.#session.runOrNull((native, handle) =>
      native.C_UnwrapKey(handle, mechanism, kek.bytes, Buffer.from(blob), template),
    );
    return bytes === null ? null : this.#confirmed({ bytes }, intent, 'unwrapped');
  }

  /** AES-256-GCM over non-empty plaintext. A token that makes its own nonce returns another one. */
  encryptGcm(
    key: ObjectHandle,
    nonce: Uint8Array,
    aad: Uint8Array,
    plaintext: Uint8Array,
    room: Uint8Array = Buffer.alloc(plaintext.length + GCM_TAG_BYTES),
  ): SealedByToken {
    requireContent(plaintext.length);
    const iv = Buffer.from(nonce);
    const data = this.encrypt(key, gcmMechanism(iv, asBuffer(aad)), plaintext, asBuffer(room));
    if (data.length === room.length) return { nonce: iv, data };
    throw this.#session.condemn(oddSealedData(data.length, room.length));
  }

  /** The plaintext; null where the tag does not verify. `data` is ciphertext and 16-byte tag. */
  decryptGcm(
    key: ObjectHandle,
    nonce: Uint8Array,
    aad: Uint8Array,
    data: Uint8Array,
    room: Uint8Array = Buffer.alloc(data.length),
  ): Buffer | null {
    requireContent(data.length - GCM_TAG_BYTES);
    const mechanism = gcmMechanism(Buffer.from(nonce), asBuffer(aad));
    this.#session.run((native, handle) => native.C_DecryptInit(handle, mechanism, key.bytes));
    const plaintext = this.#session.runOrNull((native, handle) =>
      native.C_Decrypt(handle, asBuffer(data), asBuffer(room)),
    );
    if (plaintext === null) room.fill(0);
    return plaintext;
  }

  /** AES-CMAC (RFC 4493) of `data`: 16 bytes. */
  cmac(key: ObjectHandle, data: Uint8Array): Buffer {
    return this.sign(key, CKM.AES_CMAC, data, CMAC_BYTES);
  }

  /** Single-part C_Encrypt with any mechanism into `room`, which must be large enough. */
  encrypt(
    key: ObjectHandle,
    mechanism: NativeMechanism,
    plaintext: Uint8Array,
    room: Buffer,
  ): Buffer {
    return this.#session.run((native, handle) => {
      native.C_EncryptInit(handle, mechanism, key.bytes);
      return native.C_Encrypt(handle, asBuffer(plaintext), room);
    });
  }

  /** Single-part C_Sign; `length` is the most the mechanism gives. */
  sign(key: ObjectHandle, mechanism: number, data: Uint8Array, length: number): Buffer {
    return this.#session.run((native, handle) => {
      native.C_SignInit(handle, { mechanism }, key.bytes);
      return native.C_Sign(handle, asBuffer(data), Buffer.alloc(length));
    });
  }

  generateKeyPair(mechanism: number, publicKey: Template, privateKey: Template): KeyPair {
    const pair = this.#session.run((native, handle) =>
      native.C_GenerateKeyPair(handle, { mechanism }, [...publicKey], [...privateKey]),
    );
    return { publicKey: { bytes: pair.publicKey }, privateKey: { bytes: pair.privateKey } };
  }

  /** Makes an object that is not a secret key of ours (data objects, known test keys). */
  createObject(template: Template): ObjectHandle {
    const bytes = this.#session.run((native, handle) =>
      native.C_CreateObject(handle, [...template]),
    );
    return { bytes };
  }

  find(search: Search): ObjectHandle[] {
    const found = this.#session.run((native, handle) => searchObjects(native, handle, search));
    return found.map((bytes) => ({ bytes }));
  }

  /** One attribute; null where the token does not have or does not reveal it. */
  attribute(object: ObjectHandle, type: number): Buffer | null {
    return this.#session.run((native, handle) => readAttribute(native, handle, object.bytes, type));
  }

  /** The same for one that is a number (CK_ULONG). */
  number(object: ObjectHandle, type: number): number | null {
    const value = this.attribute(object, type);
    return value === null ? null : readUlong(value);
  }

  /** @throws Failure 'object-refused' naming the attributes that are not as asked */
  confirm(object: ObjectHandle, intent: KeyIntent, origin: 'found' | 'generated'): void {
    requireIntent(this.raw.native, this.raw.handle, object.bytes, intent, origin);
  }

  destroy(object: ObjectHandle): void {
    this.raw.native.C_DestroyObject(this.raw.handle, object.bytes);
  }

  /** Secret keys of all sessions of this process; 0 between operations, or something leaks. */
  countSessionObjects(): number {
    return this.find({ class: CKO.SECRET_KEY, token: false }).length;
  }

  /** @throws Failure 'object-refused' naming the attributes that are not as given */
  requireAttributes(object: ObjectHandle, expected: Template): void {
    requireAttributes(this.raw.native, this.raw.handle, object.bytes, expected);
  }

  /**
   * NSS replaces an object whose CKA_ID exists, and the older key is lost: so look first.
   * @throws Failure 'object-refused'
   */
  requireFreeId(objectId: Uint8Array): void {
    if (this.find({ objectId }).length === 0) return;
    throw idTaken(Buffer.from(objectId).toString('hex'));
  }

  /** The only way into a template: built here, checked again here. */
  #template(kind: TemplateKind, intent: KeyIntent): Attribute[] {
    const template = secretKeyTemplate(kind, intent);
    const fault = templateFault(kind, template);
    if (fault !== null) throw new Error(`a template is wrong: ${fault}`);
    if (intent.token !== null) this.requireFreeId(intent.token.objectId);
    return [...template];
  }

  #confirmed(
    object: ObjectHandle,
    intent: KeyIntent,
    origin: 'generated' | 'unwrapped',
  ): ObjectHandle {
    try {
      requireIntent(this.raw.native, this.raw.handle, object.bytes, intent, origin);
      return object;
    } catch (error) {
      this.destroy(object);
      throw error;
    }
  }
}

/** Views are handed over as they are; the addon reads them before the call returns. */
const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** An empty input blocks SoftHSM permanently and is never part of the format. */
const requireContent = (length: number): void => {
  if (length < 1) throw new Error('a token is never given an empty input');
};
