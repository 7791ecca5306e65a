import { pinNotUtf8, pinTooLong, pinTooShort } from '../../../shared/messages/failures/pkcs11.ts';
import type { TokenInfo } from './token-info.ts';

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
