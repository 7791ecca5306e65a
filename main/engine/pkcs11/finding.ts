/** Everything the probe looks at, in the order in which it does. */
export const checkNames = [
  'session-key',
  'sensitive-value',
  'token-key',
  'handles-shared',
  'random',
  'keywrap-bytes',
  'keywrap-tampered',
  'keywrap-wrong-key',
  'gcm-nonce',
  'gcm-bytes',
  'gcm-tampered',
  'gcm-wrong-key',
  'gcm-largest-aad',
  'gcm-largest-buffer',
  'cmac-bytes',
  'ed25519',
  'ecdsa-p256',
  'unextractable-stays',
  'copy-adds-nothing',
  'change-adds-nothing',
  'usage-enforced',
  'object-id-reused',
  'copyable-enforced',
  'mechanisms-enforced',
  'data-object',
  'label-object',
  'sessions',
  'session-after-error',
  'session-objects-left',
] as const;
export type CheckName = (typeof checkNames)[number];

/** One line of evidence. The profile follows from the findings alone. */
export interface Finding {
  readonly check: CheckName;
  readonly expected: string;
  /** What the token did: a word, a number or a CKR name, always in the same form. */
  readonly seen: string;
  readonly ok: boolean;
}
