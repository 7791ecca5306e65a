/*
 * The public keys that sign here: Ed25519 (RFC 8410) and ECDSA on P-256 (RFC 5480, uncompressed).
 * Each has exactly one encoding; anything else is not accepted.
 */

/** Ed25519 (RFC 8032), or ECDSA on P-256 over SHA-256 in DER. */
export type NoteCurve = 'ed25519' | 'p256';

/** The public half of the key that signs a vault's checkpoints, and nothing else. */
export interface CheckpointKey {
  readonly curve: NoteCurve;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
}

const forms: Readonly<Record<NoteCurve, { readonly head: Buffer; readonly length: number }>> = {
  ed25519: { head: Buffer.from('302a300506032b6570032100', 'hex'), length: 44 },
  p256: {
    head: Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex'),
    length: 91,
  },
};

/** The curve of a key in DER SubjectPublicKeyInfo; null for any other kind of key. */
export const curveOf = (spki: Uint8Array): NoteCurve | null => {
  const is = (curve: NoteCurve): boolean => {
    const { head, length } = forms[curve];
    return spki.length === length && head.equals(spki.subarray(0, head.length));
  };
  if (is('ed25519')) return 'ed25519';
  return is('p256') ? 'p256' : null;
};

const HEAD = '-----BEGIN PUBLIC KEY-----\n';
const END = '-----END PUBLIC KEY-----\n';

/** The key as PEM. @param spki DER SubjectPublicKeyInfo */
export const pemOf = (spki: Uint8Array): string => {
  const lines =
    Buffer.from(spki)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `${HEAD}${lines.join('\n')}\n${END}`;
};

/** The key in a PEM that is written as `pemOf` does it; null for anything else, like a private key. */
export const readPem = (pem: string): CheckpointKey | null => {
  if (!pem.startsWith(HEAD) || !pem.endsWith(END)) return null;
  const spki = Buffer.from(pem.slice(HEAD.length, -END.length), 'base64');
  const curve = curveOf(spki);
  return curve !== null && pemOf(spki) === pem ? { curve, spki } : null;
};
