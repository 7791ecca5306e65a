import { CKF, type Native, type NativeTokenInfo } from './native.ts';

export type PinState = 'ok' | 'count-low' | 'final-try' | 'locked' | 'not-set';

export interface TokenInfo {
  /** The slot in this process, opaque: 8 bytes (4 on Windows) as hex digits. Never stored. */
  readonly slotId: string;
  readonly label: string;
  readonly serial: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly firmware: string;
  readonly initialised: boolean;
  readonly loginRequired: boolean;
  /** The PIN is typed at the token or its reader, never here. */
  readonly pinPad: boolean;
  readonly pinState: PinState;
  readonly writeProtected: boolean;
  /** How many mechanisms the token lists. What it says is not trusted: see the probe. */
  readonly mechanisms: number;
  /** null: no limit, or the token does not say. */
  readonly maxSessions: number | null;
  /** Characters of a PIN, as the token states them. */
  readonly pinLength: { readonly min: number; readonly max: number };
}

/** CK_UNAVAILABLE_INFORMATION as the addon hands it over, and CK_EFFECTIVELY_INFINITE. */
const unlimited: ReadonlySet<number> = new Set([0xffffffff, 0]);

const pinStateOf = (flags: number): PinState => {
  if ((flags & CKF.USER_PIN_LOCKED) !== 0) return 'locked';
  if ((flags & CKF.USER_PIN_FINAL_TRY) !== 0) return 'final-try';
  if ((flags & CKF.USER_PIN_COUNT_LOW) !== 0) return 'count-low';
  return (flags & CKF.USER_PIN_INITIALIZED) === 0 ? 'not-set' : 'ok';
};

/** PKCS#11 texts have a fixed length, padded with blanks; some libraries pad with zeros. */
export const withoutPadding = (text: string): string => text.replace(/[\0 ]+$/, '');

const describe = (info: NativeTokenInfo): Omit<TokenInfo, 'slotId' | 'mechanisms'> => {
  const { major, minor } = info.firmwareVersion;
  const has = (flag: number): boolean => (info.flags & flag) !== 0;
  return {
    label: withoutPadding(info.label),
    serial: withoutPadding(info.serialNumber),
    manufacturer: withoutPadding(info.manufacturerID),
    model: withoutPadding(info.model),
    firmware: `${major}.${minor}`,
    initialised: has(CKF.TOKEN_INITIALIZED),
    loginRequired: has(CKF.LOGIN_REQUIRED),
    pinPad: has(CKF.PROTECTED_AUTHENTICATION_PATH),
    pinState: pinStateOf(info.flags),
    writeProtected: has(CKF.WRITE_PROTECTED),
    maxSessions: unlimited.has(info.maxRwSessionCount) ? null : info.maxRwSessionCount,
    pinLength: { min: info.minPinLen, max: info.maxPinLen },
  };
};

export const readTokenInfo = (native: Native, slot: Buffer): TokenInfo => ({
  slotId: slot.toString('hex'),
  ...describe(native.C_GetTokenInfo(slot)),
  mechanisms: native.C_GetMechanismList(slot).length,
});
