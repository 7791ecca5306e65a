import { limits } from '../../limits.ts';

/** What each check of a token expects to see, in the order in which they are shown. */
export const expectations = {
  'session-key': 'AES-256 session keys have every attribute that was asked for',
  'sensitive-value': 'the value of a sensitive key cannot be read',
  'token-key': 'a token key is stored, and found by its 16-byte ID and long label',
  'handles-shared': 'a handle from one session is valid in another',
  random: 'two random values of 32 bytes differ',
  'keywrap-bytes': 'CKM_AES_KEY_WRAP gives the 40 bytes of RFC 3394',
  'keywrap-tampered': 'a wrapped key with one bit changed is refused',
  'keywrap-wrong-key': 'a wrapped key is refused under another wrapping key',
  'gcm-nonce': 'the caller chooses the nonce, or the token chooses one of 12 bytes',
  'gcm-bytes': 'ciphertext and tag are those of NIST SP 800-38D',
  'gcm-tampered': 'a changed tag, ciphertext, nonce or AAD is refused',
  'gcm-wrong-key': 'decrypting with another key is refused',
  'gcm-largest-aad': 'at least 964 bytes of AAD, as for the header of a file',
  'gcm-largest-buffer': 'at least 4096 bytes in one call, the smallest segment',
  'cmac-bytes': 'CKM_AES_CMAC gives the bytes of RFC 4493',
  ed25519: 'software verifies an Ed25519 signature of the token',
  'ecdsa-p256': 'software verifies an ECDSA P-256 signature of the token',
  'unextractable-stays': 'a non-extractable key cannot be wrapped',
  'copy-adds-nothing': 'C_CopyObject cannot add a usage or EXTRACTABLE',
  'change-adds-nothing': 'C_SetAttributeValue cannot add a usage or EXTRACTABLE',
  'usage-enforced': 'a usage that is false is refused',
  'object-id-reused': 'two keys with the same CKA_ID are both kept',
  'copyable-enforced': 'a key with COPYABLE=false cannot be copied',
  'mechanisms-enforced': 'a key with ALLOWED_MECHANISMS set to AES-GCM does nothing else',
  'data-object': 'a private data object holds 400 bytes',
  'label-object': 'the label of a secret holds 400 bytes',
  sessions: `${limits.workers + 2} sessions at once, including the one that is logged in`,
  'session-after-error': 'closing a session ends whatever an error left in it',
  'session-objects-left': 'no session object outlives its session',
};

export type CheckName = keyof typeof expectations;

export const checkNames = Object.keys(expectations) as readonly CheckName[];
