import type { FailureData } from '../../shared/failure.ts';

/** A message to the serving end. */
export type Request =
  | { readonly kind: 'call'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly kind: 'cancel'; readonly id: number };

/** A message back. Of a bug only the message is sent; its stack stays where it happened. */
export type Response =
  | { readonly kind: 'value'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly failure: FailureData }
  | { readonly kind: 'bug'; readonly id: number; readonly message: string }
  | { readonly kind: 'progress'; readonly id: number; readonly bytes: number };

/** One end of a message channel: a child process, a utility process or a worker thread. */
export interface Channel<Out, In> {
  post(message: Out): void;
  onMessage(listener: (message: In) => void): void;
  /** Called once, when no further message can arrive. */
  onClose(listener: () => void): void;
}

/** What a call handler may use besides its input. */
export interface CallContext {
  /** Aborted when the caller cancels. */
  readonly signal: AbortSignal;
  /** Reports bytes done since the last report. */
  readonly progress: (bytes: number) => void;
}

/** A set of calls: name to function. Both ends are typed by the same interface. */
export type Calls<Api> = {
  readonly [Name in keyof Api]: Api[Name] extends (input: infer Input) => infer Output
    ? (input: Input, context: CallContext) => Output | Promise<Output>
    : never;
};

export type CallName<Api> = keyof Api & string;
export type CallInput<Api, Name extends keyof Api> = Api[Name] extends (
  input: infer Input,
) => unknown
  ? Input
  : never;
export type CallOutput<Api, Name extends keyof Api> = Api[Name] extends (
  input: never,
) => infer Output
  ? Output
  : never;
