import { Failure, fromFailureData } from '../../shared/failure.ts';
import type { CallInput, CallName, CallOutput, Channel, Request, Response } from './messages.ts';

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly progress: ((bytes: number) => void) | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (bytes: number) => void;
}

/** The calling end of a channel. When the other end dies, every open call is rejected. */
export class Caller<Api> {
  readonly #channel: Channel<Request, Response>;
  readonly #lost: () => Failure;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #closed = false;

  /** @param lost creates the failure for open and later calls when the other end has died */
  constructor(channel: Channel<Request, Response>, lost: () => Failure) {
    this.#channel = channel;
    this.#lost = lost;
    channel.onMessage((message) => this.#receive(message));
    channel.onClose(() => this.#close());
  }

  call<Name extends CallName<Api>>(
    name: Name,
    input: CallInput<Api, Name>,
    options: CallOptions = {},
  ): Promise<Awaited<CallOutput<Api, Name>>> {
    if (this.#closed) return Promise.reject(this.#lost());
    const id = this.#nextId++;
    const cancel = (): void => this.#channel.post({ kind: 'cancel', id });
    options.signal?.addEventListener('abort', cancel, { once: true });
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, progress: options.onProgress });
      this.#channel.post({ kind: 'call', id, name, input });
      if (options.signal?.aborted === true) cancel();
    }).finally(() => options.signal?.removeEventListener('abort', cancel));
    return answer as Promise<Awaited<CallOutput<Api, Name>>>;
  }

  #receive(message: Response): void {
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    if (message.kind === 'progress') {
      pending.progress?.(message.bytes);
      return;
    }
    this.#pending.delete(message.id);
    if (message.kind === 'value') pending.resolve(message.value);
    else if (message.kind === 'failure') pending.reject(fromFailureData(message.failure));
    else pending.reject(new Error(message.message));
  }

  #close(): void {
    this.#closed = true;
    for (const pending of this.#pending.values()) pending.reject(this.#lost());
    this.#pending.clear();
  }
}
