import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import {
  type CallName,
  type CallSpec,
  contract,
  type Input,
  type Output,
  type Result,
} from '../../../shared/contract.ts';
import { Failure, toFailureData } from '../../../shared/failure.ts';
import { systemFailure } from '../../system/index.ts';
import type { NewRecord } from '../../ledger/index.ts';
import { isBounded } from './bounds.ts';
import { Refusals } from './refusals.ts';

/** One function for each call of the contract: with one missing, main does not compile. */
export type Handlers = {
  readonly [C in CallName]: (input: Input<C>) => Output<C> | Promise<Output<C>>;
};

/** What is known of who speaks. */
export interface Sender {
  /** Whether it is the main frame of the one window of this app. */
  readonly isOwnWindow: boolean;
  /** Address of the page, as the browser knows it. */
  readonly url: string;
}

export interface DispatchParts {
  readonly handlers: Handlers;
  readonly drop: (paths: readonly string[]) => Promise<Output<'draft.get'>>;
  readonly dropReport: (paths: readonly string[]) => Promise<Output<'verify.against'>>;
  readonly dropCheckpoint: (
    paths: readonly string[],
  ) => Promise<NonNullable<Output<'checkpoints.compare'>>>;
  /** Where the window's pages come from, like app://claviger/ */
  readonly home: string;
  readonly isUnlocked: () => boolean;
  /** Why the open vault can only be looked at; null where it is in order. */
  readonly restriction: () => Failure | null;
  /** Writes to the ledger of the open vault; does nothing where none is open or nothing may be written. */
  readonly record: (record: NewRecord) => Promise<void>;
  /** Keeps what the developers need of a bug; nothing of it goes to the window. */
  readonly report: (incident: string, error: unknown) => void;
}

type AnyHandler = (input: unknown) => unknown;

/**
 * The border of the main process: sender → name → input → lock → handler → output → record. What
 * arrives is taken for hostile until it has passed.
 */
export class Dispatcher {
  readonly #parts: DispatchParts;
  readonly #handlers: ReadonlyMap<string, AnyHandler>;
  readonly #specs: ReadonlyMap<string, CallSpec>;
  readonly #refusals: Refusals;

  constructor(parts: DispatchParts) {
    this.#parts = parts;
    this.#handlers = new Map(Object.entries(parts.handlers)) as Map<string, AnyHandler>;
    this.#specs = new Map<string, CallSpec>(Object.entries(contract.calls));
    this.#refusals = new Refusals((record) => parts.record(record));
  }

  call(sender: Sender, name: unknown, input: unknown): Promise<Result<unknown>> {
    const known = typeof name === 'string' ? name : '';
    const spec = this.#specs.get(known);
    return this.#answer(sender, spec === undefined ? null : known, input, spec, (parsed) =>
      this.#handlers.get(known)?.(parsed),
    );
  }

  /** Dropped files, on the way that the preload alone uses. */
  drop(sender: Sender, paths: unknown): Promise<Result<unknown>> {
    const { drop } = contract;
    return this.#answer(sender, 'drop', paths, drop, (parsed) =>
      this.#parts.drop(v.parse(drop.input, parsed)),
    );
  }

  /** Reports dropped to be verified, on another way of that kind. */
  dropReport(sender: Sender, paths: unknown): Promise<Result<unknown>> {
    const { dropReport } = contract;
    return this.#answer(sender, 'dropReport', paths, dropReport, (parsed) =>
      this.#parts.dropReport(v.parse(dropReport.input, parsed)),
    );
  }

  /** A kept checkpoint dropped to be compared. */
  dropCheckpoint(sender: Sender, paths: unknown): Promise<Result<unknown>> {
    const { dropCheckpoint } = contract;
    return this.#answer(sender, 'dropCheckpoint', paths, dropCheckpoint, (parsed) =>
      this.#parts.dropCheckpoint(v.parse(dropCheckpoint.input, parsed)),
    );
  }

  async #answer(
    sender: Sender,
    name: string | null,
    input: unknown,
    spec: CallSpec | undefined,
    handle: AnyHandler,
  ): Promise<Result<unknown>> {
    try {
      const { parsed, refusal } = this.#admit(sender, input, spec);
      if (refusal !== null || spec === undefined) {
        const failure = refusal ?? unknownCall();
        await this.#refusals.add(name ?? 'unknown', failure.code);
        return { ok: false, failure: toFailureData(failure) };
      }
      return await this.#run(spec, parsed, handle);
    } catch (error) {
      return this.#incident(error);
    }
  }

  #admit(
    sender: Sender,
    input: unknown,
    spec: CallSpec | undefined,
  ): { readonly parsed: unknown; readonly refusal: Failure | null } {
    const refuse = (refusal: Failure): { parsed: unknown; refusal: Failure } => ({
      parsed: null,
      refusal,
    });
    if (!sender.isOwnWindow || !sender.url.startsWith(this.#parts.home)) return refuse(stranger());
    if (spec === undefined) return refuse(unknownCall());
    if (!isBounded(input)) return refuse(badInput('it is too large or of a wrong kind'));
    const parsed = v.safeParse(spec.input, input, { abortEarly: true });
    if (!parsed.success) return refuse(badInput(wordsOf(parsed.issues[0])));
    if (!spec.unlocked) return { parsed: parsed.output, refusal: null };
    if (!this.#parts.isUnlocked()) return refuse(locked());
    const restriction = spec.looking === true ? null : this.#parts.restriction();
    return restriction === null ? { parsed: parsed.output, refusal: null } : refuse(restriction);
  }

  async #run(spec: CallSpec, input: unknown, handle: AnyHandler): Promise<Result<unknown>> {
    try {
      const value = v.parse(spec.output, await handle(input));
      await this.#record(spec, 'ok');
      return { ok: true, value };
    } catch (thrown) {
      const error = systemFailure(thrown);
      if (!(error instanceof Failure)) throw error;
      await this.#record(spec, 'failed', error.code);
      return { ok: false, failure: toFailureData(error) };
    }
  }

  async #record({ audit }: CallSpec, outcome: 'ok' | 'failed', code?: string): Promise<void> {
    if (audit === 'none' || audit === 'by-service') return;
    const record = { action: audit, subject: {}, outcome, details: {} };
    await this.#parts.record(code === undefined ? record : { ...record, code });
  }

  #incident(error: unknown): Result<unknown> {
    // What cannot be recorded is not done: that is expected, and has words.
    if (error instanceof Failure) return { ok: false, failure: toFailureData(error) };
    const incident = randomBytes(4).toString('hex');
    this.#parts.report(incident, error);
    return { ok: false, incident };
  }
}

const wordsOf = (issue: v.BaseIssue<unknown>): string =>
  `${v.getDotPath(issue) ?? 'its value'}: ${issue.type}`;

const NOTHING = 'Nothing was done.';

const stranger = (): Failure =>
  new Failure('not-allowed', "This call does not come from Claviger's own window.", {
    unharmed: NOTHING,
  });

const unknownCall = (): Failure =>
  new Failure('invalid-request', 'There is no such call.', { unharmed: NOTHING });

const badInput = (detail: string): Failure =>
  new Failure('invalid-request', 'The window asked for something in a form that is not allowed.', {
    unharmed: NOTHING,
    detail,
  });

const locked = (): Failure =>
  new Failure('not-logged-in', 'The vault is locked.', {
    unharmed: NOTHING,
    next: 'Unlock it with the PIN of its token.',
  });
