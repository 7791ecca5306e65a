import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';
import { Failure } from '../../shared/failure.ts';
import { Caller } from './caller.ts';
import type { CallContext, Channel, Request, Response } from './messages.ts';
import { portChannel } from './channels.ts';
import { serve } from './serve.ts';

interface Api {
  double: (input: number) => number;
  refuse: (input: null) => void;
  break: (input: null) => void;
  wait: (input: null) => string;
  count: (input: number) => void;
}

const lost = (): Failure => new Failure('engine-lost', 'gone');

const connected = (): { caller: Caller<Api>; cut: () => void } => {
  const { port1, port2 } = new MessageChannel();
  serve<Api>(portChannel(port2), {
    double: (input) => input * 2,
    refuse: () => {
      throw new Failure('key-state', 'It is suspended.', { next: 'Resume it.', detail: 'CKR_X' });
    },
    break: () => {
      throw new TypeError('a bug');
    },
    wait: (_input: null, { signal }: CallContext) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve('cancelled'))),
    count: (input, { progress }) => {
      for (let i = 0; i < input; i++) progress(1);
    },
  });
  const near: Channel<Request, Response> = {
    post: (message) => port1.postMessage(message),
    onMessage: (listener) => port1.on('message', listener),
    onClose: (listener) => port1.once('close', listener),
  };
  return { caller: new Caller<Api>(near, lost), cut: () => port2.close() };
};

describe('calls over a channel', () => {
  it('returns values, each to its own call', async () => {
    const { caller, cut } = connected();
    expect(await Promise.all([1, 2, 3].map((n) => caller.call('double', n)))).toEqual([2, 4, 6]);
    cut();
  });

  it('returns failures with their full text', async () => {
    const { caller, cut } = connected();
    await expect(caller.call('refuse', null)).rejects.toMatchObject({
      code: 'key-state',
      message: 'It is suspended.',
      next: 'Resume it.',
      detail: 'CKR_X',
    });
    cut();
  });

  it('distinguishes a bug from a failure', async () => {
    const { caller, cut } = connected();
    const broken = caller.call('break', null);
    await expect(broken).rejects.toThrow('a bug');
    await expect(broken).rejects.not.toBeInstanceOf(Failure);
    cut();
  });

  it('passes a cancel on', async () => {
    const { caller, cut } = connected();
    const controller = new AbortController();
    const waiting = caller.call('wait', null, { signal: controller.signal });
    controller.abort();
    expect(await waiting).toBe('cancelled');
    cut();
  });

  it('passes on a cancel that came before the call', async () => {
    const { caller, cut } = connected();
    expect(await caller.call('wait', null, { signal: AbortSignal.abort() })).toBe('cancelled');
    cut();
  });

  it('reports progress before the end', async () => {
    const { caller, cut } = connected();
    const onProgress = vi.fn();
    await caller.call('count', 3, { onProgress });
    expect(onProgress).toHaveBeenCalledTimes(3);
    cut();
  });

  it('rejects open and later calls when the other end dies', async () => {
    const { caller, cut } = connected();
    const open = caller.call('wait', null);
    cut();
    await expect(open).rejects.toMatchObject({ code: 'engine-lost' });
    await expect(caller.call('double', 1)).rejects.toMatchObject({ code: 'engine-lost' });
  });
});
