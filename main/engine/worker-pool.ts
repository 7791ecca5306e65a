import { Worker } from 'node:worker_threads';
import pLimit from 'p-limit';
import { Failure } from '../../shared/failure.ts';
import { workerLost } from '../../shared/messages/failures/engine.ts';
import { Caller, type CallInput, type CallOutput, workerChannel } from '../rpc/index.ts';
import type { WorkerCalls, WorkerSetup } from './worker-calls.ts';

type Name = keyof WorkerCalls;
type Output<N extends Name> = Awaited<CallOutput<WorkerCalls, N>>;

interface Waiting {
  readonly resolve: (member: Member) => void;
  readonly reject: (error: Failure) => void;
}

/** Workers lost one after another without a finished job between: then none will ever start. */
const LOSSES_IN_A_ROW = 6;

interface Member {
  readonly worker: Worker;
  readonly caller: Caller<WorkerCalls>;
  busy: boolean;
}

/**
 * The engine's worker threads, each started for the first job that finds the others busy. It runs one
 * job at a time with sessions of its own; jobs wait in a queue. A worker that dies fails its job and is
 * replaced.
 */
export class WorkerPool {
  /** How many jobs can run at once. */
  readonly size: number;
  readonly #setup: WorkerSetup;
  readonly #script: URL;
  readonly #members = new Set<Member>();
  readonly #waiting: Waiting[] = [];
  readonly #alone = pLimit(1);
  #lossesInARow = 0;
  #closed = false;

  /** @param size worker threads at most */
  constructor(script: URL, setup: WorkerSetup, size: number) {
    this.#script = script;
    this.#setup = setup;
    this.size = size;
  }

  /** Runs a job on the next free worker. @throws Failure `worker-lost` where the worker dies */
  async run<N extends Name>(name: N, input: CallInput<WorkerCalls, N>): Promise<Output<N>> {
    if (this.#needsWorker()) this.#members.add(this.#start());
    const member = await this.#free();
    try {
      const output = await member.caller.call(name, input);
      this.#lossesInARow = 0;
      return output;
    } finally {
      this.#release(member);
    }
  }

  /**
   * Runs `work` while no worker uses the token. An object that one thread makes in SoftHSM2 2.6.1 is
   * spoilt where another one searches meanwhile: the file locks that it relies on hold off other
   * processes only, and the searcher takes an object whose file is just being written for a dead one.
   */
  alone<T>(work: () => T): Promise<T> {
    return this.#alone(async () => {
      // A pool that closes meanwhile rejects: nobody is waited for then.
      const held = await Promise.allSettled([...this.#members].map(() => this.#free()));
      try {
        return work();
      } finally {
        for (const one of held) if (one.status === 'fulfilled') this.#release(one.value);
      }
    });
  }

  async close(): Promise<void> {
    this.#giveUp();
    await Promise.all([...this.#members].map(({ worker }) => worker.terminate()));
  }

  #needsWorker(): boolean {
    const isBusy = [...this.#members].every(({ busy }) => busy);
    return !this.#closed && isBusy && this.#members.size < this.size;
  }

  #start(): Member {
    const worker = newWorker(this.#script, this.#setup);
    const caller = new Caller<WorkerCalls>(workerChannel(worker), workerLost);
    const member: Member = { worker, caller, busy: true };
    worker.once('exit', () => this.#replace(member));
    // Until then it searches the token for the masters.
    caller.call('awaitStart', null).then(
      () => this.#release(member),
      () => undefined,
    );
    return member;
  }

  #replace(member: Member): void {
    if (this.#closed) return;
    this.#lossesInARow++;
    if (this.#lossesInARow > LOSSES_IN_A_ROW) {
      this.#giveUp();
      return;
    }
    this.#members.delete(member);
    this.#members.add(this.#start());
  }

  /** Replacing workers that cannot start would never end (a fork storm): take no job now. */
  #giveUp(): void {
    this.#closed = true;
    for (const { reject } of this.#waiting) reject(workerLost());
    this.#waiting.length = 0;
  }

  #free(): Promise<Member> {
    if (this.#closed) return Promise.reject(workerLost());
    const idle = [...this.#members].find(({ busy }) => !busy);
    if (idle === undefined) return this.#wait();
    idle.busy = true;
    return Promise.resolve(idle);
  }

  #wait(): Promise<Member> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #release(member: Member): void {
    member.busy = false;
    if (this.#members.has(member)) this.#serveNext(member);
  }

  #serveNext(member: Member): void {
    const next = this.#waiting.shift();
    if (next === undefined) return;
    member.busy = true;
    next.resolve(member);
  }
}

const newWorker = (script: URL, workerData: WorkerSetup): Worker => {
  const worker = new Worker(script, { workerData });
  // The exit event follows and says the same to every open call.
  worker.on('error', () => undefined);
  return worker;
};
