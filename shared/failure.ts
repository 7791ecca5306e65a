import type { KeyId } from './ids.ts';

/**
 * The closed set of expected failures. Anything else that is thrown is a bug.
 * The groups decide the exit code of the command line and where the window shows a failure.
 */
export const failureCodes = {
  usage: [
    'usage',
    'name-taken',
    'key-not-found',
    'vault-not-found',
    'vault-exists',
    'cannot-carry',
    'invalid-request',
    'not-allowed',
    'busy',
    'unsafe-runtime',
  ],
  token: [
    'module-not-found',
    'module-unusable',
    'token-not-found',
    'token-removed',
    'token-failed',
    'evaluation-only',
    'pin-incorrect',
    'pin-locked',
    'pin-missing',
    'pin-expired',
    'pin-unsuitable',
    'pin-unclear',
    'not-logged-in',
    'engine-lost',
    'worker-lost',
    'master-missing',
    'proof-failed',
    'object-refused',
    'library-changed',
    'vault-unknown',
    'trust-damaged',
    'not-remembered',
  ],
  vault: [
    'vault-locked',
    'ledger-damaged',
    'keystore-damaged',
    'keystore-foreign',
    'vault-other',
    'record-failed',
    'rolled-back',
    'unsigned-tail',
    'report-unproved',
    'blob-damaged',
  ],
  key: ['key-state', 'key-exhausted', 'no-key', 'mixed-bulk'],
  file: [
    'not-a-file',
    'symlink',
    'not-found',
    'no-permission',
    'name-unusable',
    'exists',
    'collision',
    'source-changed',
    'folder-changed',
    'already-encrypted',
    'not-encrypted',
    'header-damaged',
    'wrong-key',
    'wrong-body-key',
    'header-altered',
    'cut-short',
    'trailing-data',
    'segment-damaged',
    'metadata-damaged',
    'disk-full',
    'read-only',
    'io',
    'read-back-failed',
    'up-to-date',
    'cancelled',
  ],
} as const;

export type FailureGroup = keyof typeof failureCodes;
export type FailureCode = (typeof failureCodes)[FailureGroup][number];

export interface FailureContext {
  /** What has not been harmed, as a sentence. */
  readonly unharmed?: string;
  /** What the reader can do next, as a sentence. */
  readonly next?: string;
  /** For experts: the CKR code, errno or the like. */
  readonly detail?: string;
  /** The key versions whose states refuse it: the ledger counts that by them. */
  readonly keys?: readonly FailedKey[];
}

export interface FailedKey {
  readonly id: KeyId;
  readonly version: number;
}

/** An expected failure, in words: the cause, what is unharmed and what to do next. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  readonly unharmed: string | undefined;
  readonly next: string | undefined;
  readonly detail: string | undefined;
  readonly keys: readonly FailedKey[] | undefined;

  constructor(code: FailureCode, cause: string, context: FailureContext = {}) {
    super(cause);
    this.code = code;
    this.unharmed = context.unharmed;
    this.next = context.next;
    this.detail = context.detail;
    this.keys = context.keys;
  }
}

/** A failure as plain data, for crossing a process border or entering the ledger. */
export interface FailureData extends FailureContext {
  readonly code: FailureCode;
  readonly cause: string;
}

export const toFailureData = (failure: Failure): FailureData => ({
  code: failure.code,
  cause: failure.message,
  ...(failure.unharmed === undefined ? {} : { unharmed: failure.unharmed }),
  ...(failure.next === undefined ? {} : { next: failure.next }),
  ...(failure.detail === undefined ? {} : { detail: failure.detail }),
  ...(failure.keys === undefined ? {} : { keys: failure.keys }),
});

export const fromFailureData = (data: FailureData): Failure =>
  new Failure(data.code, data.cause, data);

export const groupOf = (code: FailureCode): FailureGroup => {
  const groups = Object.keys(failureCodes) as FailureGroup[];
  const group = groups.find((name) => (failureCodes[name] as readonly string[]).includes(code));
  return group ?? 'usage';
};
