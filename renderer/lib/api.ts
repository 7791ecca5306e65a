import type {
  AnyEvent,
  Bridge,
  CallName,
  DropName,
  Dropped,
  EventData,
  EventName,
  Input,
  Output,
  Result,
} from '../../shared/contract.ts';
import type { FailureCode } from '../../shared/failure.ts';
import { messages } from '../messages/en.ts';
import { shown } from './shown.ts';

declare global {
  interface Window {
    readonly claviger: Bridge<File>;
  }
}

/** What went wrong, in words, as every screen shows it. */
export interface Problem {
  /** null: a bug, of which only the incident number is known. */
  readonly code: FailureCode | null;
  readonly cause: string;
  readonly unharmed?: string;
  readonly next?: string;
  readonly detail?: string;
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.cause);
    this.problem = problem;
  }
}

/** Any thrown thing as a problem; what is no ApiError is a bug of the window itself. */
export const problemOf = (error: unknown): Problem => {
  if (error instanceof ApiError) return error.problem;
  reportError(error);
  return { code: null, cause: messages.bug.cause, next: messages.bug.window };
};

const valueOf = <T>(result: Result<T>): T => {
  if (result.ok) return shown(result.value);
  if ('failure' in result) throw new ApiError(shown(result.failure));
  throw new ApiError({
    code: null,
    cause: messages.bug.cause,
    unharmed: messages.bug.unharmed,
    next: messages.bug.incident(result.incident),
  });
};

type Listeners = { readonly [E in EventName]?: (data: EventData<E>) => void };

/** The main process as the window sees it: answers are values, failures are thrown as ApiError. */
export class Api {
  readonly #bridge: Bridge<File>;

  constructor(bridge: Bridge<File>) {
    this.#bridge = bridge;
  }

  /** @throws ApiError */
  async call<C extends CallName>(name: C, input: Input<C>): Promise<Output<C>> {
    return valueOf(await this.#bridge.call(name, input));
  }

  /** @throws ApiError */
  async drop<D extends DropName>(name: D, files: readonly File[]): Promise<Dropped<D>> {
    return valueOf(await this.#bridge.drop(name, files));
  }

  /** @returns a function that stops listening */
  on(listeners: Listeners): () => void {
    return this.#bridge.on((event) => {
      deliver(listeners, event);
    });
  }
}

const deliver = (listeners: Listeners, event: AnyEvent): void => {
  const listener = listeners[event.name] as ((data: unknown) => void) | undefined;
  listener?.(shown(event.data));
};
