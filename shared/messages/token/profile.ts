import { n } from '../../numbers.ts';

/** What the tests of a token say about it, in sentences. */

/** Why a token does not support a custody and bulk. `seen`: what the token did. */
export const unsupported = {
  nothing: 'This token supports everything it needs.',
  tokenKeys: (seen: string) => `The token does not store AES-256 keys as needed (${seen}).`,
  sharedHandles: (seen: string) => `Its sessions cannot use each other's keys (${seen}).`,
  keyWrap: (seen: string) => `It has no RFC 3394 key wrap that is reliable (${seen}).`,
  noGcm: 'It has no AES-GCM with a 12-byte nonce.',
  gcm: (bytes: string, tampered: string) => `Its AES-GCM is not reliable (${bytes}, ${tampered}).`,
  segments: (buffer: number, aad: number) =>
    `It accepts at most ${n(buffer)} bytes in one call with ${n(aad)} bytes of AAD, too few for the segments of a file.`,
} as const;

/** If one is not met, somebody with the PIN and other software can get keys out of the token. */
export const requirements = {
  unextractable: {
    met: 'A key that must not leave the token cannot be wrapped and extracted.',
    unmet: 'A key that must not leave the token can be wrapped and extracted.',
    untested:
      'Whether a key that must not leave the token can be wrapped and extracted could not be tested',
  },
  'no-added-rights': {
    met: 'Copying or changing a key cannot give it a new usage or make it extractable.',
    unmet: 'Copying or changing a key can give it a new usage or make it extractable.',
    untested: 'Whether copying or changing a key can give it a new usage could not be tested',
  },
  usage: {
    met: 'A key can only be used for its purpose.',
    unmet: 'A key can be used for other purposes than its own.',
    untested: 'Whether a key can be used for other purposes could not be tested',
  },
  'object-id': {
    met: 'A new key never replaces an existing one with the same ID.',
    unmet: 'A new key silently replaces an existing one with the same ID, which is lost.',
    untested: 'Whether a new key replaces an existing one with the same ID could not be tested',
  },
} as const;

export type RequirementName = keyof typeof requirements;

export const unmetRequirement = (
  name: RequirementName,
  seen: string,
  isUntested: boolean,
): string => {
  const { unmet, untested } = requirements[name];
  return isUntested ? `${untested}: ${seen}.` : `${unmet} Seen: ${seen}.`;
};

/** What the program does differently on such a token. */
export const workarounds = {
  tokenNonce: 'The token chooses the nonces, so they are stored as it returns them.',
  smallSegments: (bytes: number) => `Files are processed in segments of ${n(bytes)} bytes.`,
  oneError:
    'The token reports every error as CKR_GENERAL_ERROR, so Claviger tests whether data was changed or the key is a different one.',
  busySession: 'After an error a session stays busy, so it is closed and a new one is opened.',
  reusedId: 'Before a key is created, the program checks that its ID is not in use.',
  p256: 'The token has no Ed25519, so checkpoints are signed with ECDSA P-256.',
  noSignature: 'The token cannot sign checkpoints, so the newest records are not proved.',
  label:
    'The token has no data objects, so the newest checkpoint is stored in the label of a secret.',
  noAnchor: 'The token cannot store a checkpoint, so a rolled-back vault is not detected.',
  noCmac: 'The token has no AES-CMAC, so keys that exist only in the token have no check value.',
  fewSessions: (workers: number) =>
    `The token has few sessions, so only ${workers} files or segments are processed at a time.`,
} as const;
