import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { generateSigningKey, publicKeySpki, signMessage, type Curve } from '../signing.ts';
import type { Session } from '../session.ts';
import {
  attempt,
  caught,
  importKey,
  sessionKey,
  type Bench,
  type Check,
  type Seen,
} from './bench.ts';
import { cmacOfBlock } from './software.ts';

const signs = (session: Session, curve: Curve): Seen => {
  const pair = generateSigningKey(session, curve, null);
  const message = randomBytes(200);
  const key = createPublicKey({
    key: publicKeySpki(session, pair.publicKey, curve),
    format: 'der',
    type: 'spki',
  });
  const signature = signMessage(session, curve, pair.privateKey, message);
  const verified = verify(curve === 'ed25519' ? null : 'sha256', message, key, signature);
  return { seen: verified ? 'verified' : 'does not verify', ok: verified };
};

const signsEd25519 = (_: Bench, session: Session): Seen => signs(session, 'ed25519');
const signsP256 = (_: Bench, session: Session): Seen => signs(session, 'p256');

const macsAsSoftware = (bench: Bench, session: Session): Seen => {
  const block = randomBytes(16);
  const imported = caught(() => importKey(session, 'mac'));
  if ('value' in imported) {
    const { handle, value } = imported.value;
    const equal = session.cmac(handle, block).equals(cmacOfBlock(value, block));
    return { seen: equal ? 'RFC 4493' : 'other bytes', ok: equal };
  }
  const outcome = attempt(bench, (own) =>
    own.cmac(own.generateSecretKey(sessionKey('mac')), block),
  );
  return 'value' in outcome
    ? { seen: 'not compared: no key can be imported', ok: true }
    : { seen: outcome.refusal, ok: false };
};

export const signingChecks: readonly Check[] = [
  {
    name: 'cmac-bytes',
    run: macsAsSoftware,
  },
  {
    name: 'ed25519',
    run: signsEd25519,
  },
  {
    name: 'ecdsa-p256',
    run: signsP256,
  },
];
