import { createCipheriv } from 'node:crypto';
import { GCM_TAG_BYTES } from '../native.ts';
import type { ObjectHandle, SealedByToken, Session } from '../session.ts';
import {
  attempt,
  caught,
  flipped,
  importKey,
  refusedOrAllowed,
  seal,
  sealed,
  SEGMENT_AAD,
  sessionKey,
  type Bench,
  type Check,
  type Seen,
} from './bench.ts';

/** Buffers from one block to the largest segment of the file format. */
const bufferLadder = [16, 256, 1024, 2048, ...Array.from({ length: 11 }, (_, i) => 4096 << i)];
/** AAD of a key blob or slot; of the seal of the default header; of the largest header. */
const aadLadder = [256, 964, 64_964];

const SAMPLE = Buffer.from('a sample that is not a multiple of a block');

const opens = (
  bench: Bench,
  key: ObjectHandle,
  box: SealedByToken,
  aad: Buffer,
  text: Buffer,
): boolean => {
  const outcome = attempt(bench, (session) => session.decryptGcm(key, box.nonce, aad, box.data));
  return 'value' in outcome && outcome.value?.equals(text) === true;
};

const nonceMaker = (bench: Bench, session: Session): Seen => {
  const key = session.generateSecretKey(sessionKey('data'));
  const outcome = seal(bench, key, SAMPLE);
  if ('refusal' in outcome) return { seen: 'none', ok: false };
  if (!opens(bench, key, outcome.value, SEGMENT_AAD, SAMPLE)) return { seen: 'none', ok: false };
  const { nonce, asked } = outcome.value;
  return { seen: nonce.equals(asked) ? 'caller' : 'token', ok: true };
};

const inSoftware = (value: Buffer, nonce: Buffer, aad: Buffer, text: Buffer): Buffer => {
  const cipher = createCipheriv('aes-256-gcm', value, nonce, { authTagLength: GCM_TAG_BYTES });
  cipher.setAAD(aad);
  return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
};

const sealsAsSoftware = (bench: Bench, session: Session): Seen => {
  const imported = caught(() => importKey(session, 'data'));
  if ('refusal' in imported) return { seen: 'not compared: no key can be imported', ok: true };
  const { handle, value } = imported.value;
  const { nonce, data } = sealed(bench, handle, SAMPLE);
  const equal = data.equals(inSoftware(value, nonce, SEGMENT_AAD, SAMPLE));
  return { seen: equal ? 'SP 800-38D' : 'other bytes', ok: equal };
};

/** A token that accepts any of these would release plaintext that nobody sealed. */
const openOutcome = (bench: Bench, key: ObjectHandle, box: SealedByToken, aad: Buffer): Seen =>
  refusedOrAllowed(bench, (session) => session.decryptGcm(key, box.nonce, aad, box.data));

const refusesTampered = (bench: Bench, session: Session): Seen => {
  const key = session.generateSecretKey(sessionKey('data'));
  const box = sealed(bench, key, SAMPLE);
  const outcomes = [
    openOutcome(bench, key, { ...box, data: flipped(box.data, box.data.length - 1) }, SEGMENT_AAD),
    openOutcome(bench, key, { ...box, data: flipped(box.data, 0) }, SEGMENT_AAD),
    openOutcome(bench, key, box, flipped(SEGMENT_AAD, 0)),
    openOutcome(bench, key, { ...box, nonce: flipped(box.nonce, 0) }, SEGMENT_AAD),
  ];
  const bad = outcomes.find((outcome) => !outcome.ok) ?? outcomes[0];
  return bad ?? { seen: 'nothing', ok: false };
};

const refusesWrongKey = (bench: Bench, session: Session): Seen => {
  const [key, other] = [
    session.generateSecretKey(sessionKey('data')),
    session.generateSecretKey(sessionKey('data')),
  ];
  return openOutcome(bench, other, sealed(bench, key, SAMPLE), SEGMENT_AAD);
};

const carries = (bench: Bench, key: ObjectHandle, text: Buffer, aad: Buffer): boolean => {
  const outcome = seal(bench, key, text, aad);
  return 'value' in outcome && opens(bench, key, outcome.value, aad, text);
};

/** The last step of the ladder before the first that fails; 0 where none works. */
const climb = (ladder: readonly number[], works: (step: number) => boolean): number => {
  let last = 0;
  for (const step of ladder) {
    if (!works(step)) return last;
    last = step;
  }
  return last;
};

const largestAad = (bench: Bench, session: Session): Seen => {
  const key = session.generateSecretKey(sessionKey('data'));
  const most = climb(aadLadder, (size) => carries(bench, key, SAMPLE, Buffer.alloc(size, 7)));
  return { seen: String(most), ok: most >= 964 };
};

const largestBuffer = (bench: Bench, session: Session): Seen => {
  const key = session.generateSecretKey(sessionKey('data'));
  const most = climb(bufferLadder, (size) =>
    carries(bench, key, Buffer.alloc(size, 0x5a), SEGMENT_AAD),
  );
  return { seen: String(most), ok: most >= 4096 };
};

export const gcmChecks: readonly Check[] = [
  {
    name: 'gcm-nonce',
    run: nonceMaker,
  },
  {
    name: 'gcm-bytes',
    run: sealsAsSoftware,
  },
  {
    name: 'gcm-tampered',
    run: refusesTampered,
  },
  {
    name: 'gcm-wrong-key',
    run: refusesWrongKey,
  },
  {
    name: 'gcm-largest-aad',
    run: largestAad,
  },
  {
    name: 'gcm-largest-buffer',
    run: largestBuffer,
  },
];
