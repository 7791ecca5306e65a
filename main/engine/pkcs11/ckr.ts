import {
  otherReturnValue,
  type ReturnValueName,
  returnValueWords,
} from '../../../shared/messages/token/return-values.ts';

/** Return values of PKCS#11 (v2.40 §3.6, v3.0 §5.1). */
const codes: Readonly<Record<ReturnValueName, number>> = {
  CKR_CANCEL: 0x001,
  CKR_HOST_MEMORY: 0x002,
  CKR_SLOT_ID_INVALID: 0x003,
  CKR_GENERAL_ERROR: 0x005,
  CKR_FUNCTION_FAILED: 0x006,
  CKR_ARGUMENTS_BAD: 0x007,
  CKR_CANT_LOCK: 0x00a,
  CKR_ATTRIBUTE_READ_ONLY: 0x010,
  CKR_ATTRIBUTE_SENSITIVE: 0x011,
  CKR_ATTRIBUTE_TYPE_INVALID: 0x012,
  CKR_ATTRIBUTE_VALUE_INVALID: 0x013,
  CKR_ACTION_PROHIBITED: 0x01b,
  CKR_DATA_INVALID: 0x020,
  CKR_DATA_LEN_RANGE: 0x021,
  CKR_DEVICE_ERROR: 0x030,
  CKR_DEVICE_MEMORY: 0x031,
  CKR_DEVICE_REMOVED: 0x032,
  CKR_ENCRYPTED_DATA_INVALID: 0x040,
  CKR_ENCRYPTED_DATA_LEN_RANGE: 0x041,
  CKR_AEAD_DECRYPT_FAILED: 0x042,
  CKR_FUNCTION_CANCELED: 0x050,
  CKR_FUNCTION_NOT_SUPPORTED: 0x054,
  CKR_KEY_HANDLE_INVALID: 0x060,
  CKR_KEY_SIZE_RANGE: 0x062,
  CKR_KEY_TYPE_INCONSISTENT: 0x063,
  CKR_KEY_NEEDED: 0x067,
  CKR_KEY_FUNCTION_NOT_PERMITTED: 0x068,
  CKR_KEY_NOT_WRAPPABLE: 0x069,
  CKR_KEY_UNEXTRACTABLE: 0x06a,
  CKR_MECHANISM_INVALID: 0x070,
  CKR_MECHANISM_PARAM_INVALID: 0x071,
  CKR_OBJECT_HANDLE_INVALID: 0x082,
  CKR_OPERATION_ACTIVE: 0x090,
  CKR_OPERATION_NOT_INITIALIZED: 0x091,
  CKR_PIN_INCORRECT: 0x0a0,
  CKR_PIN_INVALID: 0x0a1,
  CKR_PIN_LEN_RANGE: 0x0a2,
  CKR_PIN_EXPIRED: 0x0a3,
  CKR_PIN_LOCKED: 0x0a4,
  CKR_SESSION_CLOSED: 0x0b0,
  CKR_SESSION_COUNT: 0x0b1,
  CKR_SESSION_HANDLE_INVALID: 0x0b3,
  CKR_SESSION_PARALLEL_NOT_SUPPORTED: 0x0b4,
  CKR_SESSION_READ_ONLY: 0x0b5,
  CKR_SESSION_EXISTS: 0x0b6,
  CKR_SESSION_READ_WRITE_SO_EXISTS: 0x0b8,
  CKR_SIGNATURE_INVALID: 0x0c0,
  CKR_SIGNATURE_LEN_RANGE: 0x0c1,
  CKR_TEMPLATE_INCOMPLETE: 0x0d0,
  CKR_TEMPLATE_INCONSISTENT: 0x0d1,
  CKR_TOKEN_NOT_PRESENT: 0x0e0,
  CKR_TOKEN_NOT_RECOGNIZED: 0x0e1,
  CKR_TOKEN_WRITE_PROTECTED: 0x0e2,
  CKR_UNWRAPPING_KEY_HANDLE_INVALID: 0x0f0,
  CKR_UNWRAPPING_KEY_SIZE_RANGE: 0x0f1,
  CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT: 0x0f2,
  CKR_USER_ALREADY_LOGGED_IN: 0x100,
  CKR_USER_NOT_LOGGED_IN: 0x101,
  CKR_USER_PIN_NOT_INITIALIZED: 0x102,
  CKR_USER_TYPE_INVALID: 0x103,
  CKR_USER_ANOTHER_ALREADY_LOGGED_IN: 0x104,
  CKR_USER_TOO_MANY_TYPES: 0x105,
  CKR_WRAPPED_KEY_INVALID: 0x110,
  CKR_WRAPPED_KEY_LEN_RANGE: 0x112,
  CKR_WRAPPING_KEY_HANDLE_INVALID: 0x113,
  CKR_WRAPPING_KEY_SIZE_RANGE: 0x114,
  CKR_WRAPPING_KEY_TYPE_INCONSISTENT: 0x115,
  CKR_RANDOM_SEED_NOT_SUPPORTED: 0x120,
  CKR_RANDOM_NO_RNG: 0x121,
  CKR_CURVE_NOT_SUPPORTED: 0x140,
  CKR_BUFFER_TOO_SMALL: 0x150,
  CKR_CRYPTOKI_NOT_INITIALIZED: 0x190,
  CKR_CRYPTOKI_ALREADY_INITIALIZED: 0x191,
  CKR_PIN_TOO_WEAK: 0x1b8,
  CKR_FUNCTION_REJECTED: 0x200,
  CKR_NSS_CERTDB_FAILED: 0xce534351,
  CKR_NSS_KEYDB_FAILED: 0xce534352,
};

export interface Ckr {
  readonly code: number;
  readonly name: string;
  /** What it means, as the end of a sentence. */
  readonly words: string;
}

const names = Object.keys(codes) as readonly ReturnValueName[];

const byCode: ReadonlyMap<number, Ckr> = new Map(
  names.map((name) => [codes[name], { code: codes[name], name, words: returnValueWords[name] }]),
);

const hex = (code: number): string => `0x${code.toString(16).toUpperCase().padStart(8, '0')}`;

export const describeCkr = (code: number): Ckr =>
  byCode.get(code) ?? {
    code,
    name: `CKR ${hex(code)}`,
    words: otherReturnValue(hex(code)),
  };

/** For code that handles this one. */
export const ckrCode = (name: ReturnValueName): number => codes[name];

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
export const ckrSet = (...names: ReturnValueName[]): ReadonlySet<number> =>
  new Set(names.map(ckrCode));
