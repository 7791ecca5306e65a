import type { LimitFunction } from 'p-limit';
import { type FileDigest, PIECE_BYTES } from '../../../shared/file-digest.ts';
import { limits } from '../../../shared/limits.ts';
import { fileCancelled } from '../../../shared/messages/failures/files.ts';
import type { FixedHeader } from '../envelope/header.ts';
import { eraseFileKey, type FileKey, KeySession } from '../keys/key-session.ts';
import type { VaultToken } from '../keys/vault-token.ts';
import type { WorkerPool } from '../worker-pool.ts';
import { digestOfPieces } from './file-digest.ts';
import type { Parts } from './part.ts';
import { PiecePass } from './piece-pass.ts';
import type { LargeBody, Share } from './segments.ts';

export type { LargeBody } from './segments.ts';

/** What the processing of a large file has at hand. */
export interface LargeContext {
  readonly token: VaultToken;
  readonly pool: WorkerPool;
  readonly parts: Parts;
  /** One pass at a time. */
  readonly passes: LimitFunction;
  readonly signal: AbortSignal;
  /** Told how many more plaintext bytes are done. */
  readonly progress: (bytes: number) => void;
}

/**
 * The keys of one step of a large file, in a session of their own. Whatever happens, no file key of
 * it stays: what the step hands on is the copy that the workers share.
 */
export const withKeySession = <T>(token: VaultToken, work: (keys: KeySession) => T): T =>
  token.connection.withSession((session) => {
    const keys = new KeySession(token, session);
    try {
      return work(keys);
    } finally {
      keys.forgetFileKeys();
    }
  });

/** Does with a file key what must succeed before the key is handed on; erases it where it fails. */
export const orErase = <T>(fileKey: FileKey, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    eraseFileKey(fileKey);
    throw error;
  }
};

/** Puts a host file key into memory that the workers share, so that one erasure takes it from all. */
export const shareFileKey = (fileKey: FileKey): FileKey => {
  if (fileKey.bulk === 'token') return fileKey;
  const dek = new Uint8Array(new SharedArrayBuffer(fileKey.dek.length));
  dek.set(fileKey.dek);
  fileKey.dek.fill(0);
  return { bulk: 'host', dek };
};

/** One pass of the workers over all content segments of a file. */
export interface Pass {
  readonly body: LargeBody;
  /** What the encrypted file holds before its first content segment. */
  readonly head: readonly Uint8Array[];
  /** Runs a share of the pass on a worker. */
  readonly share: (share: Share) => Promise<void>;
}

/** Places for what pieces hand on: a worker may be ahead by one. */
const PLACES_PER_WORKER = 2;

/**
 * Runs all content segments over the workers, which hash what they made. One pass at a time: it has
 * all workers.
 * @returns the digest of the encrypted file
 * @throws Failure `cancelled`
 */
export const runPass = (context: LargeContext, { body, head, share }: Pass): Promise<FileDigest> =>
  context.passes(async () => {
    const { pool, signal } = context;
    refuseCancelled(signal);
    const { fixed, areaLength } = body;
    const memory = PiecePass.memory(fixed, areaLength, pool.size * PLACES_PER_WORKER);
    const pass = new PiecePass({ fixed, areaLength, memory });
    const stop = (): void => pass.stop();
    signal.addEventListener('abort', stop, { once: true });
    const meter = new PassMeter(context, fixed, pass);
    try {
      const most = limits.shareBytes / PIECE_BYTES;
      await allOrStop(pass, pool.size, () => share({ ...body, head, memory, most }));
      return digestOfPieces(pass.digests());
    } catch (error) {
      refuseCancelled(signal);
      throw error;
    } finally {
      meter.finish();
      signal.removeEventListener('abort', stop);
    }
  });

/**
 * Each lane takes one share after another, so that other jobs get their turn in between. The first
 * error stops the pass, and is thrown once nobody uses its memory or the files any more.
 */
const allOrStop = async (
  pass: PiecePass,
  lanes: number,
  share: () => Promise<void>,
): Promise<void> => {
  const errors: unknown[] = [];
  const lane = async (): Promise<void> => {
    try {
      while (!pass.isClaimed) await share();
    } catch (error) {
      errors.push(error);
      pass.stop();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (errors.length > 0) throw errors[0];
};

/** Tells how many more plaintext bytes are done, now and then. */
class PassMeter {
  readonly #tell: (bytes: number) => void;
  readonly #fixed: FixedHeader;
  readonly #pass: PiecePass;
  readonly #timer: NodeJS.Timeout;
  #told = 0;

  constructor({ progress }: LargeContext, fixed: FixedHeader, pass: PiecePass) {
    this.#tell = progress;
    this.#fixed = fixed;
    this.#pass = pass;
    this.#timer = setInterval(() => this.#look(), 1_000 / limits.progressPerSecond);
  }

  finish(): void {
    clearInterval(this.#timer);
    this.#look();
  }

  #look(): void {
    const done = Math.min(this.#fixed.size, this.#pass.made * this.#fixed.segment);
    if (done > this.#told) this.#tell(done - this.#told);
    this.#told = done;
  }
}

const refuseCancelled = (signal: AbortSignal): void => {
  if (!signal.aborted) return;
  throw fileCancelled();
};
