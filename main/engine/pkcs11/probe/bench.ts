import { randomBytes } from 'node:crypto';
import { Failure } from '../../../../shared/failure.ts';
import { noAesGcm } from '../../../../shared/messages/failures/pkcs11.ts';
import type { CheckName } from '../../../../shared/messages/token/checks.ts';
import { ckrOf } from '../ckr.ts';
import type { TokenConnection } from '../connection.ts';
import { isTokenLoss } from '../failures.ts';
import { CKA } from '../native.ts';
import type { ObjectHandle, SealedByToken, Session } from '../session.ts';
import { secretKeyTemplate, type KeyIntent, type KeyUsage } from '../templates.ts';

/** What a check answers: what the token did, in a word, and whether that is as expected. */
export interface Seen {
  readonly seen: string;
  readonly ok: boolean;
}

/**
 * One check. `session` holds the keys it makes; they end with it. A refusal that the check did
 * not foresee becomes its finding.
 */
export interface Check {
  readonly name: CheckName;
  readonly run: (bench: Bench, session: Session) => Seen;
}

export interface Bench {
  readonly connection: TokenConnection;
}

export type Attempt<T> = { readonly value: T } | { readonly refusal: string };

/** The name of a token's refusal; null for bugs and for a token that went away. */
export const refusalOf = (error: unknown): string | null => {
  const ckr = ckrOf(error);
  if (ckr !== null) return isTokenLoss(ckr) ? null : ckr.name;
  if (!(error instanceof Failure)) return null;
  const own = error.code === 'token-failed' || error.code === 'object-refused';
  return own ? (error.detail ?? error.message) : null;
};

/** The outcome of calls that the token may refuse. */
export const caught = <T>(calls: () => T): Attempt<T> => {
  try {
    return { value: calls() };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return { refusal };
  }
};

/**
 * Tries something in a session of its own, so that an operation left active by an error cannot
 * spoil the next attempt. Session keys of other sessions can be used there.
 */
export const attempt = <T>(bench: Bench, work: (session: Session) => T): Attempt<T> =>
  bench.connection.withSession((session) => caught(() => work(session)));

/** A token that does not know the key refused nothing: this must not count as obedience. */
const UNKNOWN_HANDLE = 'HANDLE_INVALID';

/** For what a token must refuse: the name it refuses with (an error or a null), or "allowed". */
export const refusedOrAllowed = (bench: Bench, work: (session: Session) => unknown): Seen => {
  const outcome = attempt(bench, (session) =>
    work(session) === null ? (session.lastRefusal?.name ?? null) : null,
  );
  const refusal = 'refusal' in outcome ? outcome.refusal : outcome.value;
  return { seen: refusal ?? 'allowed', ok: refusal !== null && !refusal.endsWith(UNKNOWN_HANDLE) };
};

export const sessionKey = (usage: KeyUsage, extractable = false): KeyIntent => ({
  usage,
  extractable,
  token: null,
});

export interface KnownKey {
  readonly handle: ObjectHandle;
  /** A temporary value that protects nothing. */
  readonly value: Buffer;
}

/** A session key whose value we know, to compare with software. */
export const importKey = (
  session: Session,
  usage: KeyUsage,
  extractable = false,
  value: Buffer = randomBytes(32),
): KnownKey => {
  const template = secretKeyTemplate('unwrap', sessionKey(usage, extractable));
  const last = template.length - 1;
  const withValue = [
    ...template.slice(0, last),
    { type: CKA.VALUE, value },
    ...template.slice(last),
  ];
  return { handle: session.createObject(withValue), value };
};

/** AAD of a segment: "clv1", header hash, index, final flag (docs/format.md). */
export const SEGMENT_AAD = Buffer.alloc(45, 0x61);

/**
 * Seals with a random nonce and, where the token refuses that, with the zero buffer that tokens
 * want which make their own.
 */
export const seal = (
  bench: Bench,
  key: ObjectHandle,
  plaintext: Buffer,
  aad: Buffer = SEGMENT_AAD,
): Attempt<SealedByToken & { readonly asked: Buffer }> => {
  const sealWith = (asked: Buffer): Attempt<SealedByToken & { readonly asked: Buffer }> =>
    attempt(bench, (session) => ({ ...session.encryptGcm(key, asked, aad, plaintext), asked }));
  const first = sealWith(randomBytes(12));
  return 'value' in first ? first : preferValue(sealWith(Buffer.alloc(12)), first);
};

/** The second outcome where it worked and a nonce was made, else the first refusal. */
const preferValue = (
  second: Attempt<SealedByToken & { readonly asked: Buffer }>,
  first: Attempt<SealedByToken & { readonly asked: Buffer }>,
): Attempt<SealedByToken & { readonly asked: Buffer }> =>
  'value' in second && !second.value.nonce.equals(second.value.asked) ? second : first;

/** seal, for checks that cannot continue without it. */
export const sealed = (
  bench: Bench,
  key: ObjectHandle,
  plaintext: Buffer,
  aad: Buffer = SEGMENT_AAD,
): SealedByToken => {
  const outcome = seal(bench, key, plaintext, aad);
  if ('value' in outcome) return outcome.value;
  throw noAesGcm(outcome.refusal);
};

export const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};
