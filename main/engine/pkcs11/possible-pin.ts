import {
  newPinNotText,
  newPinSame,
  newPinTooLong,
  newPinTooShort,
} from '../../../shared/messages/failures/pin-change.ts';
import { pinNotUtf8, pinTooLong, pinTooShort } from '../../../shared/messages/failures/pkcs11.ts';
import type { TokenInfo } from './token-info.ts';

export interface PinChange {
  readonly oldPin: string;
  readonly newPin: string;
}

/**
 * Every wrong PIN takes one of the tries that a token allows, so one that cannot be right is not
 * given to it. The token states its limits in bytes of UTF-8 (PKCS#11 v2.40 §3.2, CK_TOKEN_INFO);
 * a limit of 0 says nothing.
 * @throws Failure 'pin-incorrect'
 */
export const requirePossiblePin = (pin: string, { pinLength }: TokenInfo): void => {
  const { min, max } = pinLength;
  requireText(pin);
  const bytes = Buffer.byteLength(pin);
  if (bytes === 0 || bytes < min) throw pinTooShort(Math.max(1, min));
  if (max > 0 && bytes > max) throw pinTooLong(max);
};

/** U+FFFD is what is read in place of bytes that are not UTF-8, in variables and at a terminal. */
const notText = /[\uFFFD\p{Surrogate}]/u;

/** The PIN that was meant cannot be told from such a text. @throws Failure 'pin-incorrect' */
export const requireText = (pin: string): void => {
  if (!notText.test(pin)) return;
  throw pinNotUtf8();
};

/** The addon cuts a PIN at a NUL, so a different PIN would be used. */
const control = /\p{Cc}/u;

/**
 * What of a new PIN can be told without asking the token. NSS would take an empty one, which opens
 * its database to everybody.
 * @throws Failure 'pin-unsuitable'
 */
export const requireSuitablePin = (
  { oldPin, newPin }: PinChange,
  { pinLength: { min, max } }: TokenInfo,
): void => {
  const bytes = Buffer.byteLength(newPin);
  if (bytes === 0 || bytes < min) throw newPinTooShort(Math.max(1, min));
  if (max > 0 && bytes > max) throw newPinTooLong(max);
  if (notText.test(newPin) || control.test(newPin)) throw newPinNotText();
  if (newPin === oldPin) throw newPinSame();
};
