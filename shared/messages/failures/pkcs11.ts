import { Failure } from '../../failure.ts';

/** What a token, its PKCS#11 library or its PIN refuses. */

// The library

const INSTALL = 'Check the path, or install the software of the token vendor.';

export const noLibrary = (path: string): Failure =>
  new Failure('module-not-found', 'There is no PKCS#11 library at this path.', {
    next: INSTALL,
    detail: path,
  });

export const unreadableLibrary = (path: string, reason: string): Failure =>
  new Failure('module-not-found', `The PKCS#11 library cannot be read: ${reason}.`, {
    unharmed: 'Nothing was changed.',
    next: INSTALL,
    detail: path,
  });

export const notFullPath = (
  what: 'The path of the PKCS#11 library' | 'The folder of the key database (configdir)',
  path: string,
): Failure =>
  new Failure('module-not-found', `${what} is not a full path.`, {
    unharmed: 'No library was loaded and no PIN was given to one.',
    next: 'Give its full path.',
    detail: path,
  });

const CHOOSE_LIBRARY = 'Choose the PKCS#11 library from the software of the token vendor.';

const loadFaults = {
  processor: [
    'This PKCS#11 library is for another kind of processor.',
    'Install the 64-bit library for this machine.',
  ],
  'not-pkcs11': ['This library is not a PKCS#11 library.', CHOOSE_LIBRARY],
  'not-a-library': ['This file is not a library.', CHOOSE_LIBRARY],
  incomplete: [
    'Another library that this PKCS#11 library needs is missing.',
    'Install the complete software of the token vendor.',
  ],
  other: [
    'The PKCS#11 library cannot be loaded.',
    'See the details for what the operating system says.',
  ],
} as const;

export type LoadFault = keyof typeof loadFaults;

export const unloadableLibrary = (fault: LoadFault, detail: string): Failure => {
  const [cause, next] = loadFaults[fault];
  return new Failure('module-unusable', cause, { next, detail });
};

export const libraryDoesNotStart = (reason: string, detail: string): Failure =>
  new Failure('module-unusable', `The PKCS#11 library does not start: ${reason}.`, {
    next: 'Check the configuration and services that the software of the token vendor needs.',
    detail,
  });

export const libraryCrashes = (): Failure =>
  new Failure('module-unusable', "The token's PKCS#11 library crashes when it is used.", {
    unharmed: 'Nothing was changed.',
    next: 'Reinstall the software of the token vendor, or ask the vendor.',
  });

export const libraryChanged = (path: string, known: string, found: string): Failure =>
  new Failure('library-changed', 'The PKCS#11 library is not the one that was trusted.', {
    unharmed: 'It was not loaded, and no PIN was given to it.',
    next: 'If the software of the token was updated, trust the library again. If not, find out who changed it.',
    detail: `${path}: SHA-256 was ${known}, is ${found}`,
  });

// The token

export const tokenRefused = (reason: string, detail: string): Failure =>
  new Failure('token-failed', `The token refused: ${reason}.`, { detail });

export const tokenRemoved = (detail: string): Failure =>
  new Failure('token-removed', 'The token was removed or no longer responds.', {
    next: 'Connect the token, then unlock again.',
    detail,
  });

export const tokenLocked = (detail: string): Failure =>
  new Failure('not-logged-in', 'The token is locked.', {
    next: 'Unlock it with its PIN.',
    detail,
  });

export const tokenAmbiguous = (label: string): Failure =>
  new Failure('token-not-found', `Several tokens are called “${label}”.`, {
    next: 'Say which one by its serial number.',
  });

export const tokenNotConnected = (
  label: string,
  serial: string | null,
  seen: readonly string[],
): Failure => {
  const withSerial = serial === null ? '' : ` with the serial number ${serial}`;
  return new Failure('token-not-found', `The token “${label}”${withSerial} is not connected.`, {
    unharmed: 'Nothing was changed.',
    next: 'Connect the token, then try again.',
    detail:
      seen.length === 0
        ? 'the library shows no token'
        : `the library shows ${seen.map((each) => `“${each}”`).join(', ')}`,
  });
};

const TEST = 'Test the token again to see what it supports.';

export const oddWrappedKey = (bytes: number, expected: number): Failure =>
  new Failure('token-failed', 'The token wrapped a key in an unknown format.', {
    next: TEST,
    detail: `CKM_AES_KEY_WRAP gave ${bytes} bytes instead of ${expected}`,
  });

export const oddSealedData = (bytes: number, expected: number): Failure =>
  new Failure('token-failed', 'The token encrypted data in an unknown format.', {
    next: TEST,
    detail: `AES-GCM gave ${bytes} bytes instead of ${expected}`,
  });

export const noAesGcm = (refusal: string): Failure =>
  new Failure('token-failed', 'The token does not encrypt with AES-GCM.', { detail: refusal });

// Its objects

export const keyNotAsAsked = (differences: readonly string[]): Failure =>
  new Failure('object-refused', 'The token did not create the key as it was asked to.', {
    unharmed: 'The key was not used.',
    next: 'Test the token again: it may be good for evaluation only.',
    detail: differences.join(', '),
  });

export const wrappedKeyLength = (bytes: number, expected: number): Failure =>
  new Failure('blob-damaged', 'A wrapped key does not have the right length.', {
    unharmed: 'It was not given to the token.',
    detail: `${bytes} bytes instead of ${expected}`,
  });

export const idTaken = (id: string): Failure =>
  new Failure('object-refused', 'The token already holds an object with this ID.', {
    unharmed: 'Nothing was created or replaced.',
    detail: `CKA_ID ${id}`,
  });

export const noPublicKey = (bytes: number): Failure =>
  new Failure('object-refused', 'The token does not show the public half of its key.', {
    detail: `CKA_EC_POINT has ${bytes} bytes`,
  });

export const keyNotDestroyed = (detail: string): Failure =>
  new Failure('token-failed', 'The token did not destroy the key.', {
    next: 'Destroy it with the software of the token vendor.',
    detail,
  });

export const noPlaceForCheckpoint = (): Failure =>
  new Failure('object-refused', 'The token has no place left for the newest checkpoint.', {
    unharmed: 'It is in the folder. The checkpoints in the token were not touched.',
    next: 'Those are of another ledger of this vault. Lock it, unlock it again and read what is found.',
  });

// The PIN

const BY_OFFICER =
  'Only the security officer of the token can set a new PIN, with the software of its vendor.';

export const pinLocked = (detail: string): Failure =>
  new Failure('pin-locked', 'The PIN of this token is locked.', {
    unharmed: 'The keys in the token are not harmed.',
    next: BY_OFFICER,
    detail,
  });

export const noUserPin = (detail: string): Failure =>
  new Failure('pin-missing', 'This token has no user PIN yet.', { next: BY_OFFICER, detail });

export const triesLeft = {
  'final-try': 'One try remains before the PIN is locked.',
  'count-low': 'Few tries remain before the PIN is locked.',
  unknown: 'Type the PIN again.',
} as const;

export type TriesLeft = keyof typeof triesLeft;

/** @param tries how many remain, as far as the token tells */
export const pinNotAccepted = (reason: string, tries: TriesLeft, detail: string): Failure =>
  new Failure('pin-incorrect', `The PIN was not accepted: ${reason}.`, {
    next: triesLeft[tries],
    detail,
  });

export const noPinPad = (): Failure =>
  new Failure('pin-missing', 'This token has no PIN pad: the PIN must be given.');

const NO_TRY = 'It was not given to the token, so none of its tries was used.';

export const pinNotUtf8 = (): Failure =>
  new Failure('pin-incorrect', 'The PIN was not given as UTF-8 text.', {
    unharmed: NO_TRY,
    next: 'Type it again, or give it as UTF-8.',
  });

export const pinTooShort = (least: number): Failure =>
  new Failure('pin-incorrect', `The PIN is too short: this token wants at least ${least} bytes.`, {
    unharmed: NO_TRY,
    next: 'Type the PIN again.',
  });

export const pinTooLong = (most: number): Failure =>
  new Failure('pin-incorrect', `The PIN is too long: this token allows at most ${most} bytes.`, {
    unharmed: NO_TRY,
    next: 'Type the PIN again.',
  });
