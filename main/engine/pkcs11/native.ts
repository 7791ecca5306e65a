import pkcs11 from 'pkcs11js';

/** The calls of a loaded PKCS#11 library. The only border to the native addon. */
export type Native = pkcs11.PKCS11;
export type NativeMechanism = pkcs11.Mechanism;
export type NativeTokenInfo = pkcs11.TokenInfo;

export const loadNative = (path: string): Native => {
  const native = new pkcs11.PKCS11();
  native.load(path);
  return native;
};

/** Numbers of PKCS#11 v2.40 and v3.0 (pkcs11t.h); the addon lacks some, so all stand here. */
export const CKF = {
  OS_LOCKING_OK: 0x2,
  RW_SESSION: 0x2,
  SERIAL_SESSION: 0x4,
  WRITE_PROTECTED: 0x2,
  LOGIN_REQUIRED: 0x4,
  USER_PIN_INITIALIZED: 0x8,
  PROTECTED_AUTHENTICATION_PATH: 0x100,
  TOKEN_INITIALIZED: 0x400,
  USER_PIN_COUNT_LOW: 0x10000,
  USER_PIN_FINAL_TRY: 0x20000,
  USER_PIN_LOCKED: 0x40000,
} as const;

/** CK_STATE: a read-write session with the user logged in. */
export const CKS = { RW_USER_FUNCTIONS: 3 } as const;

export const CKU = { SO: 0, USER: 1 } as const;

export const CKO = { DATA: 0, PUBLIC_KEY: 2, PRIVATE_KEY: 3, SECRET_KEY: 4 } as const;

export const CKK = { EC: 0x3, GENERIC_SECRET: 0x10, AES: 0x1f, EC_EDWARDS: 0x40 } as const;

export const CKA = {
  CLASS: 0x0,
  TOKEN: 0x1,
  PRIVATE: 0x2,
  LABEL: 0x3,
  APPLICATION: 0x10,
  VALUE: 0x11,
  KEY_TYPE: 0x100,
  ID: 0x102,
  SENSITIVE: 0x103,
  ENCRYPT: 0x104,
  DECRYPT: 0x105,
  WRAP: 0x106,
  UNWRAP: 0x107,
  SIGN: 0x108,
  SIGN_RECOVER: 0x109,
  VERIFY: 0x10a,
  VERIFY_RECOVER: 0x10b,
  DERIVE: 0x10c,
  VALUE_LEN: 0x161,
  EXTRACTABLE: 0x162,
  LOCAL: 0x163,
  NEVER_EXTRACTABLE: 0x164,
  ALWAYS_SENSITIVE: 0x165,
  MODIFIABLE: 0x170,
  COPYABLE: 0x171,
  EC_PARAMS: 0x180,
  EC_POINT: 0x181,
  ALLOWED_MECHANISMS: 0x40000600,
} as const;

export const CKM = {
  EC_KEY_PAIR_GEN: 0x1040,
  ECDSA: 0x1041,
  EC_EDWARDS_KEY_PAIR_GEN: 0x1055,
  EDDSA: 0x1057,
  AES_KEY_GEN: 0x1080,
  AES_ECB: 0x1081,
  AES_CBC_PAD: 0x1085,
  AES_GCM: 0x1087,
  AES_CMAC: 0x108a,
  AES_KEY_WRAP: 0x2109,
  AES_KEY_WRAP_PAD: 0x210a,
  AES_KEY_WRAP_KWP: 0x210b,
} as const;

/** Length of a GCM tag in bytes: always the full 128 bits (NIST SP 800-38D §5.2.1.2). */
export const GCM_TAG_BYTES = 16;

interface GcmParameter {
  readonly type: number;
  readonly iv: Buffer;
  readonly ivBits: number;
  readonly aad: Buffer;
  readonly tagBits: number;
}

/**
 * AES-GCM with the parameter of PKCS#11 v2.40 errata 1. The addon's older form leaves ulIvBits
 * unset, which NSS refuses. `iv` is handed over as it is: a token that makes its own writes there.
 */
export const gcmMechanism = (iv: Buffer, aad: Buffer): NativeMechanism => {
  const parameter: GcmParameter = {
    type: pkcs11.CK_PARAMS_AES_GCM_v240,
    iv,
    ivBits: iv.length * 8,
    aad,
    tagBits: GCM_TAG_BYTES * 8,
  };
  return { mechanism: CKM.AES_GCM, parameter };
};
