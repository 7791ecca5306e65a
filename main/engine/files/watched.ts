import { limits } from '../../../shared/limits.ts';
import type { CallContext } from '../../rpc/index.ts';
import { COPY_PIECE } from './copy-body.ts';
import type { FileResult, WritingJob } from './jobs.ts';
import type { Parts } from './part.ts';
import { SharedProgress } from './shared-progress.ts';

/**
 * Runs a worker's copying with progress, and stops it where the batch is cancelled. A worker that
 * dies leaves its parts behind: they are removed.
 */
export const watched = async (
  { signal, progress }: CallContext,
  files: readonly WritingJob[],
  parts: Parts,
  work: (memory: SharedArrayBuffer) => Promise<FileResult[]>,
): Promise<FileResult[]> => {
  const shared = new SharedProgress();
  const most = files.reduce((sum, { size }) => sum + size, 0);
  let reported = 0;
  const report = (): void => {
    const done = Math.min(most, shared.pieces * COPY_PIECE);
    if (done > reported) progress(done - reported);
    reported = done;
  };
  const stop = (): void => shared.stop();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const timer = setInterval(report, 1_000 / limits.progressPerSecond);
  try {
    return await work(shared.memory);
  } catch (error) {
    for (const { part } of files) parts.remove(part);
    throw error;
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', stop);
    report();
  }
};
