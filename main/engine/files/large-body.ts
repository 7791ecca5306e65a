import type { LimitFunction } from 'p-limit';
import { limits } from '../../../shared/limits.ts';
import { fileCancelled } from '../../../shared/messages/failures/files.ts';
import type { FixedHeader } from '../envelope/header.ts';
import { SEGMENT_OVERHEAD } from '../envelope/format.ts';
import { fileLength, segmentLength } from '../envelope/layout.ts';
import { eraseFileKey, type FileKey, KeySession } from '../keys/key-session.ts';
import type { VaultToken } from '../keys/vault-token.ts';
import type { WorkerPool } from '../worker-pool.ts';
import type { Parts } from './part.ts';
import { type RingMemory, SegmentRing } from './segment-ring.ts';
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

/** Stored segments in memory at a time, for each worker: one that it fills, others to be hashed. */
const PLACES_PER_WORKER = 6;

/**
 * Runs all content segments over the workers, and SHA-256 beside them. Passes follow one another:
 * there is one thread that hashes, and it waits for the pass that it is in.
 * @returns SHA-256 of the encrypted file, hex
 * @throws Failure `cancelled`
 */
export const runPass = (context: LargeContext, pass: Pass): Promise<string> =>
  context.passes(async () => {
    const { pool, signal } = context;
    refuseCancelled(signal);
    const memory = ringOf(pass.body, pool.size * PLACES_PER_WORKER);
    const ring = new SegmentRing(memory);
    const stop = (): void => ring.stop();
    signal.addEventListener('abort', stop, { once: true });
    const meter = new PassMeter(context, pass.body.fixed, ring);
    try {
      return await allOrStop(ring, pool.hash({ head: pass.head, ring: memory }), () =>
        fillRing(pass, ring, memory, pool.size),
      );
    } catch (error) {
      refuseCancelled(signal);
      throw error;
    } finally {
      meter.finish();
      signal.removeEventListener('abort', stop);
    }
  });

const ringOf = ({ fixed, areaLength }: LargeBody, places: number): RingMemory => {
  const bytes =
    fileLength(areaLength, fixed) - areaLength - segmentLength(fixed, 0) - SEGMENT_OVERHEAD;
  return SegmentRing.memory(places, fixed.segment + SEGMENT_OVERHEAD, bytes);
};

/** Each lane takes one share after another, so that other jobs get their turn in between. */
const fillRing = (
  { body, share }: Pass,
  ring: SegmentRing,
  memory: RingMemory,
  lanes: number,
): Promise<void>[] => {
  const most = Math.max(1, Math.floor(limits.shareBytes / body.fixed.segment));
  const lane = async (): Promise<void> => {
    while (!ring.isClaimed) await share({ ...body, ring: memory, most });
  };
  return Array.from({ length: lanes }, lane);
};

/** The first error stops the ring, and is thrown once nobody uses the ring or the files any more. */
const allOrStop = async (
  ring: SegmentRing,
  hashing: Promise<string>,
  fill: () => Promise<void>[],
): Promise<string> => {
  const errors: unknown[] = [];
  const guarded = <T>(work: Promise<T>): Promise<T | null> =>
    work.catch((error: unknown) => {
      errors.push(error);
      ring.stop();
      return null;
    });
  const [sha256] = await Promise.all([guarded(hashing), ...fill().map(guarded)]);
  if (sha256 !== null && errors.length === 0) return sha256;
  throw errors[0];
};

/** Tells how many more plaintext bytes are done, now and then. */
class PassMeter {
  readonly #tell: (bytes: number) => void;
  readonly #fixed: FixedHeader;
  readonly #ring: SegmentRing;
  readonly #timer: NodeJS.Timeout;
  #told = 0;

  constructor({ progress }: LargeContext, fixed: FixedHeader, ring: SegmentRing) {
    this.#tell = progress;
    this.#fixed = fixed;
    this.#ring = ring;
    this.#timer = setInterval(() => this.#look(), 1_000 / limits.progressPerSecond);
  }

  finish(): void {
    clearInterval(this.#timer);
    this.#look();
  }

  #look(): void {
    const done = Math.min(this.#fixed.size, this.#ring.taken * this.#fixed.segment);
    if (done > this.#told) this.#tell(done - this.#told);
    this.#told = done;
  }
}

const refuseCancelled = (signal: AbortSignal): void => {
  if (!signal.aborted) return;
  throw fileCancelled();
};
