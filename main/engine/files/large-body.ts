import { Failure } from '../../../shared/failure.ts';
import { limits } from '../../../shared/limits.ts';
import type { FixedHeader } from '../envelope/header.ts';
import { segmentCount, segmentLength, segmentOffset } from '../envelope/layout.ts';
import type { FileKey } from '../keys/key-session.ts';
import type { VaultToken } from '../keys/vault-token.ts';
import type { WorkerPool } from '../worker-pool.ts';
import { inRanges } from './in-ranges.ts';

/** What the processing of a large file has at hand. */
export interface LargeContext {
  readonly token: VaultToken;
  readonly pool: WorkerPool;
  readonly signal: AbortSignal;
  /** Told how many more plaintext bytes are done. */
  readonly progress: (bytes: number) => void;
}

/** What every segment of a file has in common. */
export interface LargeBody {
  readonly fixed: FixedHeader;
  /** H, 32 bytes. */
  readonly hash: Uint8Array;
  readonly areaLength: number;
  readonly fileKey: FileKey;
}

/** Puts a host file key into memory that the workers share, so that one erasure takes it from all. */
export const shareFileKey = (fileKey: FileKey): FileKey => {
  if (fileKey.bulk === 'token') return fileKey;
  const dek = new Uint8Array(new SharedArrayBuffer(fileKey.dek.length));
  dek.set(fileKey.dek);
  fileKey.dek.fill(0);
  return { bulk: 'host', dek };
};

/**
 * Runs all content segments in ranges over the workers.
 * @param reached told the file offset up to which the encrypted file has no gap
 * @throws Failure `cancelled`
 */
export const runSegments = async (
  context: LargeContext,
  body: LargeBody,
  reached: (offset: number) => void,
  run: (from: number, to: number) => Promise<void>,
): Promise<void> => {
  const { fixed, areaLength } = body;
  const count = segmentCount(fixed);
  await inRanges({
    from: 1,
    to: count + 1,
    perRange: Math.max(1, Math.floor(limits.rangeBytes / fixed.segment)),
    parallel: context.pool.size * 2,
    signal: context.signal,
    run: async (from, to) => {
      await run(from, to);
      context.progress((to - 1 - from) * fixed.segment + segmentLength(fixed, to - 1));
    },
    reached: (to) => {
      if (to <= count) reached(segmentOffset(areaLength, fixed, to));
    },
  });
  if (context.signal.aborted) throw cancelled();
};

const cancelled = (): Failure =>
  new Failure('cancelled', 'The batch was cancelled before this file was finished.', {
    unharmed: 'The original is unchanged and no unfinished output was left behind.',
  });

/**
 * Hashes a file on the hashing thread while `work` goes on.
 * @param work may say how far the file can be hashed already; resolves to the file's length
 * @returns SHA-256 in hex
 */
export const hashBeside = async (
  { pool }: LargeContext,
  fd: number,
  work: (reached: (offset: number) => void) => Promise<number>,
): Promise<string> => {
  let hashing = pool.hash('hashStart', { fd });
  // Errors are met where `hashing` is awaited, not as unhandled rejections before.
  hashing.catch(() => undefined);
  const advance = (end: number): void => {
    hashing = hashing.then(() => pool.hash('hashTo', { fd, end }));
    hashing.catch(() => undefined);
  };
  try {
    advance(await work(advance));
    await hashing;
    return await pool.hash('hashEnd', { fd });
  } catch (error) {
    await hashing.then(() => pool.hash('hashEnd', { fd })).catch(() => undefined);
    throw error;
  }
};
