import {
  newPinRefused,
  oldPinWrong,
  pinChangeUnclear,
  pinExpired,
  pinKept,
} from '../../../shared/messages/failures/pin-change.ts';
import {
  noUserPin,
  pinLocked,
  pinNotAccepted,
  tokenLocked,
  tokenRefused,
  tokenRemoved,
  type TriesLeft,
} from '../../../shared/messages/failures/pkcs11.ts';
import { Failure } from '../../../shared/failure.ts';
import { callOf, ckrOf, ckrSet, type Ckr } from './ckr.ts';
import type { TokenInfo } from './token-info.ts';

const removed = ckrSet(
  'CKR_SLOT_ID_INVALID',
  'CKR_DEVICE_ERROR',
  'CKR_DEVICE_REMOVED',
  'CKR_SESSION_CLOSED',
  'CKR_SESSION_HANDLE_INVALID',
  'CKR_TOKEN_NOT_PRESENT',
  'CKR_TOKEN_NOT_RECOGNIZED',
);

/** Whether the token or its session was lost, as opposed to the token refusing something. */
export const isTokenLoss = (ckr: Ckr): boolean =>
  removed.has(ckr.code) || ckr.name === 'CKR_USER_NOT_LOGGED_IN';

const detailOf = (ckr: Ckr, error: unknown): string => {
  const call = callOf(error);
  return call === null ? ckr.name : `${call} ${ckr.name}`;
};

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));

/** An error of the token as a failure; any other error is a bug and is not changed. */
export const asFailure = (error: unknown): Error => {
  const ckr = ckrOf(error);
  if (ckr === null) return asError(error);
  const detail = detailOf(ckr, error);
  if (removed.has(ckr.code)) return tokenRemoved(detail);
  if (ckr.name === 'CKR_USER_NOT_LOGGED_IN') return tokenLocked(detail);
  return tokenRefused(ckr.words, detail);
};

/** How many tries remain, as far as a token tells (PKCS#11 v2.40 §3.2, CK_TOKEN_INFO flags). */
const triesLeft = ({ pinState }: TokenInfo): TriesLeft =>
  pinState === 'final-try' || pinState === 'count-low' ? pinState : 'unknown';

/** What C_Login said, with the state of the PIN after it. */
export const pinFailure = (error: unknown, token: TokenInfo): Error => {
  const ckr = ckrOf(error);
  if (ckr === null) return asError(error);
  const detail = detailOf(ckr, error);
  if (ckr.name === 'CKR_PIN_LOCKED' || token.pinState === 'locked') return pinLocked(detail);
  if (ckr.name === 'CKR_USER_PIN_NOT_INITIALIZED') return noUserPin(detail);
  if (ckr.name === 'CKR_PIN_EXPIRED') return pinExpired(detail);
  if (wrongPin.has(ckr.code)) return pinNotAccepted(ckr.words, triesLeft(token), detail);
  return asFailure(error);
};

const wrongPin = ckrSet(
  'CKR_PIN_INCORRECT',
  'CKR_PIN_INVALID',
  'CKR_PIN_LEN_RANGE',
  'CKR_PIN_TOO_WEAK',
);

/** What C_SetPIN said, with the state of the PIN after it; null if the token is missing by then. */
export const pinChangeFailure = (error: unknown, token: TokenInfo | null): Error => {
  const ckr = ckrOf(error);
  if (ckr === null) return asError(error);
  const detail = detailOf(ckr, error);
  if (ckr.name === 'CKR_PIN_LOCKED' || token?.pinState === 'locked') return pinLocked(detail);
  if (ckr.name === 'CKR_PIN_INCORRECT')
    return oldPinWrong(token === null ? 'unknown' : triesLeft(token), detail);
  if (unsuitablePin.has(ckr.code)) return newPinRefused(ckr.words, detail);
  if (keepsPin.has(ckr.code)) return pinKept(ckr.words, detail);
  const failure = asFailure(error);
  return failure instanceof Failure ? pinChangeUnclear(failure) : failure;
};

const unsuitablePin = ckrSet('CKR_PIN_INVALID', 'CKR_PIN_LEN_RANGE', 'CKR_PIN_TOO_WEAK');

/** After these the PIN is certainly the old one. */
const keepsPin = ckrSet(
  'CKR_CANCEL',
  'CKR_ARGUMENTS_BAD',
  'CKR_ACTION_PROHIBITED',
  'CKR_FUNCTION_CANCELED',
  'CKR_FUNCTION_NOT_SUPPORTED',
  'CKR_FUNCTION_REJECTED',
  'CKR_PIN_EXPIRED',
  'CKR_SESSION_READ_ONLY',
  'CKR_TOKEN_WRITE_PROTECTED',
  'CKR_USER_NOT_LOGGED_IN',
  'CKR_USER_PIN_NOT_INITIALIZED',
);
