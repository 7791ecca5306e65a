import { Worker } from 'node:worker_threads';
import { Failure } from '../../shared/failure.ts';
import { outOfMemory, threadLost, workCancelled } from '../../shared/messages/failures/thread.ts';
import {
  Caller,
  type CallInput,
  type CallName,
  type CallOutput,
  workerChannel,
} from '../rpc/index.ts';
import { isErrno } from '../system/index.ts';

export interface ThreadCall {
  /** Stops the thread immediately. */
  readonly signal?: AbortSignal | undefined;
  /** Bytes done since the last report. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/**
 * Makes one call in a worker thread of its own, so that seconds of computing do not block this
 * thread.
 * @param script serves the calls by `serveThread`
 * @throws Failure 'cancelled', and whatever the call throws
 */
export const callInThread = async <Api, Name extends CallName<Api>>(
  script: URL,
  name: Name,
  input: CallInput<Api, Name>,
  { signal, onProgress }: ThreadCall = {},
): Promise<Awaited<CallOutput<Api, Name>>> => {
  if (signal?.aborted === true) throw workCancelled();
  // The PIN may be in the environment, and the thread needs none of it.
  const worker = new Worker(script, { env: {} });
  const end = (): void => void worker.terminate();
  signal?.addEventListener('abort', end, { once: true });
  const died = new Promise<never>((_, reject) =>
    worker.once('error', (error) =>
      reject(isErrno(error, 'ERR_WORKER_OUT_OF_MEMORY') ? outOfMemory() : error),
    ),
  );
  try {
    const lost = (): Failure => (signal?.aborted === true ? workCancelled() : threadLost());
    const caller = new Caller<Api>(workerChannel(worker), lost);
    const answer = caller.call(name, input, onProgress === undefined ? {} : { onProgress });
    return await Promise.race([answer, died]);
  } finally {
    signal?.removeEventListener('abort', end);
    await worker.terminate();
  }
};
