import { Failure } from '../../failure.ts';
import { type TriesLeft, triesLeft } from './pkcs11.ts';

/** Of changing the PIN of a token. */

const SAME_PIN = 'The PIN was not changed.';

const unsuitable = (cause: string, detail?: string): Failure =>
  new Failure('pin-unsuitable', cause, {
    unharmed: SAME_PIN,
    next: 'Choose another new PIN.',
    ...(detail === undefined ? {} : { detail }),
  });

export const newPinSame = (): Failure => unsuitable('The new PIN is the old one.');

export const newPinTooShort = (least: number): Failure =>
  unsuitable(`The new PIN is too short: this token wants at least ${least} bytes.`);

export const newPinTooLong = (most: number): Failure =>
  unsuitable(`The new PIN is too long: this token allows at most ${most} bytes.`);

export const newPinNotText = (): Failure =>
  unsuitable('The new PIN is not text that can be typed again: it holds a control character.');

export const newPinRefused = (reason: string, detail: string): Failure =>
  unsuitable(`The token did not accept the new PIN: ${reason}.`, detail);

export const oldPinWrong = (tries: TriesLeft, detail: string): Failure =>
  new Failure('pin-incorrect', 'The old PIN is not correct.', {
    unharmed: SAME_PIN,
    next: triesLeft[tries],
    detail,
  });

export const pinKept = (reason: string, detail: string): Failure =>
  new Failure('token-failed', `The token did not change its PIN: ${reason}.`, {
    unharmed: SAME_PIN,
    next: 'Change it with the software of the token vendor.',
    detail,
  });

export const tokenReadOnly = (): Failure =>
  new Failure('token-failed', 'The token is write-protected, so its PIN cannot be changed.', {
    unharmed: SAME_PIN,
    next: 'Remove its write protection, or change the PIN with the software of the token vendor.',
  });

/** @param cause what happened instead of an answer */
export const pinChangeUnclear = (cause: Failure): Failure =>
  new Failure('pin-unclear', `It is not known whether the PIN was changed. ${cause.message}`, {
    unharmed: 'The keys in the token are not harmed.',
    next: 'Unlock with the new PIN. If the token refuses it, the old one still applies.',
    ...(cause.detail === undefined ? {} : { detail: cause.detail }),
  });

export const pinExpired = (detail: string): Failure =>
  new Failure('pin-expired', 'The PIN of this token has expired.', {
    unharmed: 'The keys in the token are not harmed.',
    next: 'Change it on the command line or with the software of the token vendor, then unlock again.',
    detail,
  });
