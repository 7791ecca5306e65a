import type {
  AnyEvent,
  Bridge,
  CallName,
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
  /** null: a bug, known by its incident alone. */
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

  /** Adds dropped files and folders to the draft. @throws ApiError */
  async drop(files: readonly File[]): Promise<Output<'draft.get'>> {
    return valueOf(await this.#bridge.drop(files));
  }

  /** Verifies dropped reports. @throws ApiError */
  async dropReport(files: readonly File[]): Promise<Output<'verify.against'>> {
    return valueOf(await this.#bridge.dropReport(files));
  }

  /** Compares a dropped checkpoint with today's ledger. @throws ApiError */
  async dropCheckpoint(
    files: readonly File[],
  ): Promise<NonNullable<Output<'checkpoints.compare'>>> {
    return valueOf(await this.#bridge.dropCheckpoint(files));
  }

  /** @returns ends the listening */
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
