import * as v from 'valibot';
import {
  type AnyEvent,
  type Bridge,
  type CallName,
  contract,
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
  readonly name: CallName | 'drop' | 'dropReport' | 'dropCheckpoint';
  readonly input: unknown;
}

/**
 * The bridge of component tests: keeps to the contract as the real one does, so that neither a
 * component nor a fake answer can go astray unnoticed.
 */
export class FakeBridge implements Bridge<File> {
  /** Every call so far, oldest first. */
  readonly made: MadeCall[] = [];
  readonly #calls: Map<string, (input: never) => unknown>;
  readonly #listeners = new Set<(event: AnyEvent) => void>();
  #drop: (names: readonly string[]) => Output<'draft.get'> = () => ({ items: [] });

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
    this.#drop = handler;
  }

  /** The inputs of every call of this name, oldest first. */
  inputsOf(name: CallName | 'drop' | 'dropReport' | 'dropCheckpoint'): unknown[] {
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
    const handler = this.#calls.get(name);
    if (handler === undefined) throw new Error(`this fake does not answer ${name}`);
    return answered(async () => {
      const value = await handler(input as never);
      v.assert(spec.output, value);
      return value as Output<C>;
    });
  }

  drop(files: readonly File[]): Promise<Result<Output<'draft.get'>>> {
    const names = files.map((file) => file.name);
    this.made.push({ name: 'drop', input: names });
    return answered(() => Promise.resolve(this.#drop(names)));
  }

  dropReport(files: readonly File[]): Promise<Result<Output<'verify.against'>>> {
    this.made.push({ name: 'dropReport', input: files.map((file) => file.name) });
    return this.call('verify.against', { fingerprint: null });
  }

  async dropCheckpoint(
    files: readonly File[],
  ): Promise<Result<NonNullable<Output<'checkpoints.compare'>>>> {
    this.made.push({ name: 'dropCheckpoint', input: files.map((file) => file.name) });
    const result = await this.call('checkpoints.compare', null);
    if (!result.ok) return result;
    if (result.value === null) throw new Error('a drop is always answered');
    return { ok: true, value: result.value };
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
