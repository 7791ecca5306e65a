import { Failure, toFailureData } from '../../shared/failure.ts';
import { systemFailure } from '../system/index.ts';
import type { Calls, Channel, Request, Response } from './messages.ts';

type AnyHandler = (input: unknown, context: unknown) => unknown;

/** Answers every call that arrives on the channel. The channel is trusted: both ends are ours. */
export const serve = <Api>(channel: Channel<Response, Request>, calls: Calls<Api>): void => {
  const running = new Map<number, AbortController>();
  const handlers = new Map(Object.entries(calls)) as Map<string, AnyHandler>;

  const answer = async (id: number, name: string, input: unknown): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const handler = handlers.get(name);
      if (handler === undefined) throw new Error(`there is no call ${name}`);
      const progress = (bytes: number): void => channel.post({ kind: 'progress', id, bytes });
      const value = await handler(input, { signal: controller.signal, progress });
      channel.post({ kind: 'value', id, value });
    } catch (error) {
      channel.post(failed(id, error));
    } finally {
      running.delete(id);
    }
  };

  channel.onMessage((message) => {
    if (message.kind === 'cancel') running.get(message.id)?.abort();
    else void answer(message.id, message.name, message.input);
  });
};

const failed = (id: number, thrown: unknown): Response => {
  const error = systemFailure(thrown);
  return error instanceof Failure
    ? { kind: 'failure', id, failure: toFailureData(error) }
    : {
        kind: 'bug',
        id,
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      };
};
