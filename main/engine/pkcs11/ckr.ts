/** Return values of PKCS#11 (v2.40 §3.6, v3.0 §5.1) with what they mean to a reader. The one table. */
const table: readonly (readonly [number, string, string])[] = [
  [0x001, 'CKR_CANCEL', 'the operation was cancelled at the token'],
  [0x002, 'CKR_HOST_MEMORY', 'the token library ran out of memory'],
  [0x003, 'CKR_SLOT_ID_INVALID', 'the slot is no longer there'],
  [0x005, 'CKR_GENERAL_ERROR', 'the token library failed without saying why'],
  [0x006, 'CKR_FUNCTION_FAILED', 'the token could not do what was asked'],
  [0x007, 'CKR_ARGUMENTS_BAD', 'the token library refused the arguments'],
  [0x00a, 'CKR_CANT_LOCK', 'the token library cannot be used from several threads'],
  [0x010, 'CKR_ATTRIBUTE_READ_ONLY', 'the token does not let this attribute be set'],
  [0x011, 'CKR_ATTRIBUTE_SENSITIVE', 'the token does not reveal this value'],
  [0x012, 'CKR_ATTRIBUTE_TYPE_INVALID', 'the token does not know this attribute'],
  [0x013, 'CKR_ATTRIBUTE_VALUE_INVALID', 'the token does not accept this attribute value'],
  [0x01b, 'CKR_ACTION_PROHIBITED', 'the token forbids this action'],
  [0x020, 'CKR_DATA_INVALID', 'the token does not accept this data'],
  [0x021, 'CKR_DATA_LEN_RANGE', 'the data is too long or too short for the token'],
  [0x030, 'CKR_DEVICE_ERROR', 'the token device reported an error'],
  [0x031, 'CKR_DEVICE_MEMORY', 'the token has no memory left'],
  [0x032, 'CKR_DEVICE_REMOVED', 'the token was removed'],
  [0x040, 'CKR_ENCRYPTED_DATA_INVALID', 'the encrypted data is not authentic'],
  [0x041, 'CKR_ENCRYPTED_DATA_LEN_RANGE', 'the encrypted data has an impossible length'],
  [0x042, 'CKR_AEAD_DECRYPT_FAILED', 'the encrypted data is not authentic'],
  [0x050, 'CKR_FUNCTION_CANCELED', 'the operation was cancelled'],
  [0x054, 'CKR_FUNCTION_NOT_SUPPORTED', 'the token library lacks this function'],
  [0x060, 'CKR_KEY_HANDLE_INVALID', 'the token does not know this key any more'],
  [0x062, 'CKR_KEY_SIZE_RANGE', 'the token does not accept this key size'],
  [0x063, 'CKR_KEY_TYPE_INCONSISTENT', 'the token does not let this key be used for that'],
  [0x067, 'CKR_KEY_NEEDED', 'the token needs a key for this operation'],
  [0x068, 'CKR_KEY_FUNCTION_NOT_PERMITTED', 'the token does not let this key be used for that'],
  [0x069, 'CKR_KEY_NOT_WRAPPABLE', 'the token does not let this key be wrapped'],
  [0x06a, 'CKR_KEY_UNEXTRACTABLE', 'the key may not leave the token'],
  [0x070, 'CKR_MECHANISM_INVALID', 'the token does not offer this mechanism'],
  [0x071, 'CKR_MECHANISM_PARAM_INVALID', 'the token does not accept this mechanism parameter'],
  [0x082, 'CKR_OBJECT_HANDLE_INVALID', 'the token does not know this object any more'],
  [0x090, 'CKR_OPERATION_ACTIVE', 'another operation is still running in this session'],
  [0x091, 'CKR_OPERATION_NOT_INITIALIZED', 'no operation is running in this session'],
  [0x0a0, 'CKR_PIN_INCORRECT', 'the PIN is not correct'],
  [0x0a1, 'CKR_PIN_INVALID', 'the PIN has characters that the token does not accept'],
  [0x0a2, 'CKR_PIN_LEN_RANGE', 'the PIN is too long or too short for the token'],
  [0x0a3, 'CKR_PIN_EXPIRED', 'the PIN has expired and must be changed first'],
  [0x0a4, 'CKR_PIN_LOCKED', 'the PIN is locked'],
  [0x0b0, 'CKR_SESSION_CLOSED', 'the session with the token was closed'],
  [0x0b1, 'CKR_SESSION_COUNT', 'the token has no session left'],
  [0x0b3, 'CKR_SESSION_HANDLE_INVALID', 'the session with the token is gone'],
  [0x0b4, 'CKR_SESSION_PARALLEL_NOT_SUPPORTED', 'the token does not offer this kind of session'],
  [0x0b5, 'CKR_SESSION_READ_ONLY', 'the session may not change the token'],
  [0x0b6, 'CKR_SESSION_EXISTS', 'another session with the token is open'],
  [0x0b8, 'CKR_SESSION_READ_WRITE_SO_EXISTS', 'the security officer of the token is logged in'],
  [0x0c0, 'CKR_SIGNATURE_INVALID', 'the signature does not verify'],
  [0x0c1, 'CKR_SIGNATURE_LEN_RANGE', 'the signature has an impossible length'],
  [0x0d0, 'CKR_TEMPLATE_INCOMPLETE', 'the token wants more attributes for this object'],
  [0x0d1, 'CKR_TEMPLATE_INCONSISTENT', 'the token does not accept these attributes together'],
  [0x0e0, 'CKR_TOKEN_NOT_PRESENT', 'the token is not in its slot'],
  [0x0e1, 'CKR_TOKEN_NOT_RECOGNIZED', 'the token in the slot is not recognised'],
  [0x0e2, 'CKR_TOKEN_WRITE_PROTECTED', 'the token is write-protected'],
  [
    0x0f0,
    'CKR_UNWRAPPING_KEY_HANDLE_INVALID',
    'the token does not know the unwrapping key any more',
  ],
  [0x0f1, 'CKR_UNWRAPPING_KEY_SIZE_RANGE', 'the unwrapping key has the wrong size'],
  [0x0f2, 'CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT', 'the key cannot be used to unwrap'],
  [0x100, 'CKR_USER_ALREADY_LOGGED_IN', 'somebody is already logged in'],
  [0x101, 'CKR_USER_NOT_LOGGED_IN', 'nobody is logged in to the token'],
  [0x102, 'CKR_USER_PIN_NOT_INITIALIZED', 'the token has no user PIN yet'],
  [0x103, 'CKR_USER_TYPE_INVALID', 'the token does not know this kind of user'],
  [0x104, 'CKR_USER_ANOTHER_ALREADY_LOGGED_IN', 'another user is logged in to the token'],
  [0x105, 'CKR_USER_TOO_MANY_TYPES', 'too many kinds of users are logged in to the token'],
  [0x110, 'CKR_WRAPPED_KEY_INVALID', 'the wrapped key is not authentic'],
  [0x112, 'CKR_WRAPPED_KEY_LEN_RANGE', 'the wrapped key has an impossible length'],
  [0x113, 'CKR_WRAPPING_KEY_HANDLE_INVALID', 'the token does not know the wrapping key any more'],
  [0x114, 'CKR_WRAPPING_KEY_SIZE_RANGE', 'the wrapping key has the wrong size'],
  [0x115, 'CKR_WRAPPING_KEY_TYPE_INCONSISTENT', 'the key cannot be used to wrap'],
  [0x120, 'CKR_RANDOM_SEED_NOT_SUPPORTED', 'the random generator of the token takes no seed'],
  [0x121, 'CKR_RANDOM_NO_RNG', 'the token has no random generator'],
  [0x140, 'CKR_CURVE_NOT_SUPPORTED', 'the token does not offer this curve'],
  [0x150, 'CKR_BUFFER_TOO_SMALL', 'the answer of the token did not fit'],
  [0x190, 'CKR_CRYPTOKI_NOT_INITIALIZED', 'the token library is not initialised'],
  [0x191, 'CKR_CRYPTOKI_ALREADY_INITIALIZED', 'the token library is already initialised'],
  [0x1b8, 'CKR_PIN_TOO_WEAK', 'the PIN is too weak for the token'],
  [0x200, 'CKR_FUNCTION_REJECTED', 'the token refused the request'],
  [0xce534351, 'CKR_NSS_CERTDB_FAILED', 'the certificate database of NSS does not answer'],
  [0xce534352, 'CKR_NSS_KEYDB_FAILED', 'the key database of NSS does not answer'],
];

export interface Ckr {
  readonly code: number;
  readonly name: string;
  /** What it means, as the end of a sentence. */
  readonly words: string;
}

const byCode: ReadonlyMap<number, Ckr> = new Map(
  table.map(([code, name, words]) => [code, { code, name, words }]),
);

const hex = (code: number): string => `0x${code.toString(16).toUpperCase().padStart(8, '0')}`;

export const describeCkr = (code: number): Ckr =>
  byCode.get(code) ?? {
    code,
    name: `CKR ${hex(code)}`,
    words: `the token reported the error ${hex(code)}, which only its vendor can explain`,
  };

/** Codes by name, for code that decides by them; a name outside the table is a bug. */
export const ckrCode = (name: `CKR_${string}`): number => {
  const row = table.find((entry) => entry[1] === name);
  if (row === undefined) throw new Error(`${name} is not in the table`);
  return row[0];
};

/**
 * The PKCS#11 return value behind an error of the native addon; null for anything else.
 * Most calls of the addon carry it as `code`; C_FindObjects leaves it in the text ("CKR_X:5").
 */
export const ckrOf = (error: unknown): Ckr | null => {
  if (!(error instanceof Error)) return null;
  if (error.name === 'Pkcs11Error' && 'code' in error && typeof error.code === 'number') {
    return describeCkr(error.code);
  }
  const inText = /^CKR_\w+:(\d+)/.exec(error.message)?.[1];
  return inText === undefined ? null : describeCkr(Number(inText));
};

/** The call behind an error of the native addon, as far as its stack tells: "C_Login". */
export const callOf = (error: unknown): string | null => {
  if (!(error instanceof Error)) return null;
  const native = 'nativeStack' in error ? String(error.nativeStack) : '';
  return /\bC_[A-Za-z]+/.exec(native === '' ? (error.stack ?? '') : native)?.[0] ?? null;
};

/** A set of codes written by name. */
export const ckrSet = (...names: `CKR_${string}`[]): ReadonlySet<number> =>
  new Set(names.map(ckrCode));
