import * as v from 'valibot';
import {
  type AnyEvent,
  type Bridge,
  type CallName,
  contract,
  type DropName,
  type Dropped,
  type EventData,
  type EventName,
  type Input,
  type Output,
  type Result,
} from '../../shared/contract.ts';
import { Failure, toFailureData } from '../../shared/failure.ts';

/** Answers of a fake main process; a Failure that they throw comes back as one. */
export type FakeCalls = {
  readonly [C in CallName]?: (input: Input<C>) => Output<C> | Promise<Output<C>>;
};

export interface MadeCall {
  readonly name: CallName | DropName;
  readonly input: unknown;
}

/**
 * The bridge of component tests. It checks the contract like the real one, so that a wrong call or
 * a wrong fake answer fails the test.
 */
export class FakeBridge implements Bridge<File> {
  /** Every call so far, oldest first. */
  readonly made: MadeCall[] = [];
  readonly #calls: Map<string, (input: never) => unknown>;
  readonly #listeners = new Set<(event: AnyEvent) => void>();
  readonly #drops: Record<DropName, (names: readonly string[]) => unknown> = {
    'draft.drop': () => ({ items: [] }),
    'verify.drop': () => this.#answer('verify.against', { fingerprint: null }),
    'checkpoints.drop': () => this.#answer('checkpoints.compare', null),
  };

  constructor(calls: FakeCalls = {}) {
    this.#calls = new Map(Object.entries(calls));
  }

  /** Replaces an answer. */
  answer<C extends CallName>(
    name: C,
    handler: (input: Input<C>) => Output<C> | Promise<Output<C>>,
  ): void {
    this.#calls.set(name, handler);
  }

  /** Answers drops; it gets the names of the files. */
  answerDrop(handler: (names: readonly string[]) => Output<'draft.get'>): void {
    this.#drops['draft.drop'] = handler;
  }

  /** The inputs of every call of this name, oldest first. */
  inputsOf(name: CallName | DropName): unknown[] {
    return this.made.filter((made) => made.name === name).map(({ input }) => input);
  }

  /** Sends an event to the window. */
  emit<E extends EventName>(name: E, data: EventData<E>): void {
    v.assert(contract.events[name], data);
    const event = { name, data } as AnyEvent;
    for (const listener of this.#listeners) listener(event);
  }

  async call<C extends CallName>(name: C, input: Input<C>): Promise<Result<Output<C>>> {
    this.made.push({ name, input });
    const spec = contract.calls[name];
    v.assert(spec.input, input);
    return answered(async () => {
      const value = await this.#answer(name, input);
      v.assert(spec.output, value);
      return value as Output<C>;
    });
  }

  #answer<C extends CallName>(name: C, input: Input<C>): unknown {
    const handler = this.#calls.get(name);
    if (handler === undefined) throw new Error(`this fake does not answer ${name}`);
    return handler(input as never);
  }

  drop<D extends DropName>(name: D, files: readonly File[]): Promise<Result<Dropped<D>>> {
    const names = files.map((file) => file.name);
    this.made.push({ name, input: names });
    const spec = contract.drops[name];
    return answered(async () => {
      const value: unknown = await this.#drops[name](names);
      v.assert(spec.output, value);
      return value;
    });
  }

  on(listener: (event: AnyEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

const answered = async <T>(work: () => Promise<T>): Promise<Result<T>> => {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { ok: false, failure: toFailureData(error) };
  }
};
