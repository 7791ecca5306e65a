import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pkcs11 from 'pkcs11js';
import { nssParameters } from '../../main/engine/pkcs11/known-modules.ts';
import { loadSqlJs } from '../../main/sqlite/sql-js.ts';
import { modulePathOf, PIN, type TestVault } from './vaults.ts';

/*
 * Somebody with the PIN, the vault and their own software: what docs/security.md says such a
 * person can do. Written from the specifications alone, without the program's engine.
 */

const CKM_AES_GCM = 0x1087;
const CKM_AES_KEY_WRAP = 0x2109;
const CKM_AES_KEY_GEN = 0x1080;
const CKF_RW_SESSION = 2;
const CKF_SERIAL_SESSION = 4;
const CKF_OS_LOCKING_OK = 2;
const A = {
  CLASS: 0,
  TOKEN: 1,
  PRIVATE: 2,
  LABEL: 3,
  VALUE: 0x11,
  KEY_TYPE: 0x100,
  ID: 0x102,
  SENSITIVE: 0x103,
  ENCRYPT: 0x104,
  DECRYPT: 0x105,
  WRAP: 0x106,
  UNWRAP: 0x107,
  SIGN: 0x108,
  VERIFY: 0x10a,
  DERIVE: 0x10c,
  VALUE_LEN: 0x161,
  EXTRACTABLE: 0x162,
} as const;
const SECRET_KEY = 4;
const AES = 0x1f;

/** Unwraps a key so that it can be read, which the program never does. */
const readable = [
  { type: A.CLASS, value: SECRET_KEY },
  { type: A.KEY_TYPE, value: AES },
  { type: A.TOKEN, value: false },
  { type: A.PRIVATE, value: false },
  { type: A.SENSITIVE, value: false },
  { type: A.EXTRACTABLE, value: true },
  { type: A.ENCRYPT, value: true },
  { type: A.DECRYPT, value: true },
];

export interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly custody: string;
  readonly bulk: string;
  readonly kcv: string;
  readonly blob: Buffer | null;
  readonly objectId: Buffer | null;
}

interface Opened {
  readonly vaultId: string;
  readonly masters: Readonly<Record<string, Buffer | null>>;
  readonly keys: readonly KeyRow[];
}

const bytesOf = (value: unknown): Buffer | null =>
  value instanceof Uint8Array ? Buffer.from(value) : null;

const readKeystore = async (vault: TestVault): Promise<Opened> => {
  const sql = await loadSqlJs();
  const database = new sql.Database(readFileSync(join(vault.dir, 'keystore.sqlite')));
  const rows = (query: string): unknown[][] => database.exec(query)[0]?.values ?? [];
  try {
    const vaultId = String(rows("SELECT value FROM meta WHERE name LIKE 'vault%'")[0]?.[0]);
    const masters = rows('SELECT role, object_id FROM masters').map(
      ([role, id]): [string, Buffer | null] => [String(role), bytesOf(id)],
    );
    const keys = rows(
      `SELECT id, name, version, custody, bulk, kcv, blob, object_id
       FROM keys JOIN key_versions ON key_id = id ORDER BY version DESC`,
    ).map(([id, name, version, custody, bulk, kcv, blob, objectId]): KeyRow => ({
      id: String(id),
      name: String(name),
      version: Number(version),
      custody: String(custody),
      bulk: String(bulk),
      kcv: String(kcv),
      blob: bytesOf(blob),
      objectId: bytesOf(objectId),
    }));
    return { vaultId: JSON.parse(vaultId) as string, masters: Object.fromEntries(masters), keys };
  } finally {
    database.close();
  }
};

export class OtherSoftware {
  readonly #native: pkcs11.PKCS11;
  readonly #session: Buffer;
  readonly #opened: Opened;

  private constructor(native: pkcs11.PKCS11, session: Buffer, opened: Opened) {
    this.#native = native;
    this.#session = session;
    this.#opened = opened;
  }

  /** Possible only once per process and library. */
  static async open(vault: TestVault): Promise<OtherSoftware> {
    const native = new pkcs11.PKCS11();
    if (vault.token === 'SoftHSM2') process.env['SOFTHSM2_CONF'] = join(vault.dir, 'softhsm2.conf');
    native.load(modulePathOf(vault.token));
    const parameters =
      vault.token === 'SoftHSM2' ? {} : { libraryParameters: nssParameters(vault.tokenDir) };
    native.C_Initialize({ flags: CKF_OS_LOCKING_OK, ...parameters });
    const label = vault.token === 'SoftHSM2' ? 'claviger-eval' : 'NSS Certificate DB';
    const slot = native
      .C_GetSlotList(true)
      .find((each) => native.C_GetTokenInfo(each).label.startsWith(label));
    if (slot === undefined) throw new Error('the token is not there');
    const session = native.C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION);
    native.C_Login(session, 1, PIN);
    return new OtherSoftware(native, session, await readKeystore(vault));
  }

  /** The newest version of a key. */
  key(name: string): KeyRow {
    const row = this.#opened.keys.find((key) => key.name === name);
    if (row === undefined) throw new Error(`there is no key ${name}`);
    return row;
  }

  /** The 32 bytes of a key that is not resident. */
  extract(name: string): Buffer {
    const key = this.key(name);
    const content = this.#openBlob(key);
    if (key.custody === 'hsm-wrapped') return content;
    return this.#unwrap(this.#master('wrap'), content);
  }

  /** The file key in a slot of a resident key. */
  fileKey(name: string, slot: Buffer, aad: Buffer): Buffer {
    const key = this.key(name);
    if (key.objectId === null) throw new Error(`${name} is not resident`);
    const handle = this.#find(key.objectId);
    return key.bulk === 'token' ? this.#unwrap(handle, slot) : this.#decrypt(handle, slot, aad);
  }

  /** Replaces a resident key by another one with the same name, ID and attributes. */
  exchange(name: string): void {
    const { bulk, objectId } = this.key(name);
    if (objectId === null) throw new Error(`${name} is not resident`);
    const old = this.#find(objectId);
    const [label] = this.#native.C_GetAttributeValue(this.#session, old, [{ type: A.LABEL }]);
    this.#native.C_DestroyObject(this.#session, old);
    const wraps = bulk === 'token';
    this.#native.C_GenerateKey(this.#session, { mechanism: CKM_AES_KEY_GEN }, [
      { type: A.CLASS, value: SECRET_KEY },
      { type: A.KEY_TYPE, value: AES },
      { type: A.TOKEN, value: true },
      { type: A.PRIVATE, value: true },
      { type: A.SENSITIVE, value: true },
      { type: A.EXTRACTABLE, value: false },
      { type: A.ENCRYPT, value: !wraps },
      { type: A.DECRYPT, value: !wraps },
      { type: A.WRAP, value: wraps },
      { type: A.UNWRAP, value: wraps },
      { type: A.SIGN, value: false },
      { type: A.VERIFY, value: false },
      { type: A.DERIVE, value: false },
      { type: A.VALUE_LEN, value: 32 },
      { type: A.ID, value: objectId },
      { type: A.LABEL, value: Buffer.from(label?.value ?? []) },
    ]);
  }

  #openBlob(key: KeyRow): Buffer {
    if (key.blob === null) throw new Error('a resident key has no blob');
    const { id, version, custody, bulk, kcv } = key;
    const place = ['claviger/keyblob/1', this.#opened.vaultId, id, String(version)];
    const lines = [...place, custody, bulk, kcv, ''];
    return this.#decrypt(this.#master('seal'), key.blob, Buffer.from(lines.join('\n')));
  }

  #master(role: string): Buffer {
    const id = this.#opened.masters[role];
    if (id === undefined || id === null) throw new Error(`there is no ${role} master`);
    return this.#find(id);
  }

  #find(id: Buffer): Buffer {
    const template = [
      { type: A.CLASS, value: SECRET_KEY },
      { type: A.ID, value: id },
    ];
    this.#native.C_FindObjectsInit(this.#session, template);
    const [handle] = this.#native.C_FindObjects(this.#session, 2);
    this.#native.C_FindObjectsFinal(this.#session);
    if (handle === undefined) throw new Error('the object is not there');
    return handle;
  }

  #unwrap(kek: Buffer, wrapped: Buffer): Buffer {
    const mechanism = { mechanism: CKM_AES_KEY_WRAP };
    const handle = this.#native.C_UnwrapKey(this.#session, mechanism, kek, wrapped, readable);
    const [value] = this.#native.C_GetAttributeValue(this.#session, handle, [{ type: A.VALUE }]);
    this.#native.C_DestroyObject(this.#session, handle);
    return Buffer.from(value?.value ?? []);
  }

  #decrypt(key: Buffer, sealed: Buffer, aad: Buffer): Buffer {
    const iv = Buffer.from(sealed.subarray(0, 12));
    const parameter = { type: pkcs11.CK_PARAMS_AES_GCM_v240, iv, ivBits: 96, aad, tagBits: 128 };
    this.#native.C_DecryptInit(this.#session, { mechanism: CKM_AES_GCM, parameter }, key);
    const data = Buffer.from(sealed.subarray(12));
    return Buffer.from(this.#native.C_Decrypt(this.#session, data, Buffer.alloc(data.length)));
  }
}
