import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import {
  type CallName,
  type CallSpec,
  contract,
  type DropName,
  type Dropped,
  type Input,
  type Output,
  type Result,
} from '../../../shared/contract.ts';
import { Failure, toFailureData } from '../../../shared/failure.ts';
import { badInput, notOwnWindow, unknownCall } from '../../../shared/messages/failures/desktop.ts';
import { vaultIsLocked } from '../../../shared/messages/failures/session.ts';
import { otherForm } from '../../../shared/messages/json.ts';
import { systemFailure } from '../../system/index.ts';
import type { NewRecord } from '../../ledger/index.ts';
import { isBounded } from './bounds.ts';
import { Refusals } from './refusals.ts';

/** One function for each call of the contract; if one is missing, main does not compile. */
export type Handlers = {
  readonly [C in CallName]: (input: Input<C>) => Output<C> | Promise<Output<C>>;
};

/** One function for each kind of drop. */
export type DropHandlers = {
  readonly [D in DropName]: (paths: readonly string[]) => Promise<Dropped<D>>;
};

/** What is known about the sender. */
export interface Sender {
  /** Whether it is the main frame of the one window of this app. */
  readonly isOwnWindow: boolean;
  /** URL of the page, from the browser. */
  readonly url: string;
}

export interface DispatchParts {
  readonly handlers: Handlers;
  readonly drops: DropHandlers;
  /** Where the window's pages come from, like app://claviger/ */
  readonly home: string;
  readonly isUnlocked: () => boolean;
  /** Why the open vault is read-only; null if it is not. */
  readonly restriction: () => Failure | null;
  /** Writes to the ledger of the open vault. Does nothing if none is open or it is read-only. */
  readonly record: (record: NewRecord) => Promise<void>;
  /** Stores the details of a bug for the developers; the window gets none of them. */
  readonly report: (incident: string, error: unknown) => void;
}

interface Answering {
  readonly spec: CallSpec;
  readonly handle: (input: unknown) => unknown;
}

/**
 * The entry to the main process: sender → name → input → lock → handler → output → record. Every
 * message is treated as hostile until it has passed.
 */
export class Dispatcher {
  readonly #parts: DispatchParts;
  readonly #calls: ReadonlyMap<string, Answering>;
  readonly #drops: ReadonlyMap<string, Answering>;
  readonly #refusals: Refusals;

  constructor(parts: DispatchParts) {
    this.#parts = parts;
    this.#calls = answering(contract.calls, parts.handlers);
    this.#drops = answering(contract.drops, parts.drops);
    this.#refusals = new Refusals((record) => parts.record(record));
  }

  call(sender: Sender, name: unknown, input: unknown): Promise<Result<unknown>> {
    return this.#answer(sender, this.#calls, name, input);
  }

  /** Dropped files, on the channel that only the preload script uses. */
  drop(sender: Sender, name: unknown, paths: unknown): Promise<Result<unknown>> {
    return this.#answer(sender, this.#drops, name, paths);
  }

  async #answer(
    sender: Sender,
    from: ReadonlyMap<string, Answering>,
    name: unknown,
    input: unknown,
  ): Promise<Result<unknown>> {
    const known = typeof name === 'string' ? from.get(name) : undefined;
    try {
      const { parsed, refusal } = this.#admit(sender, input, known?.spec);
      if (refusal !== null || known === undefined) {
        const failure = refusal ?? unknownCall();
        await this.#refusals.add(known === undefined ? 'unknown' : String(name), failure.code);
        return { ok: false, failure: toFailureData(failure) };
      }
      return await this.#run(known, parsed);
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
    if (!sender.isOwnWindow || !sender.url.startsWith(this.#parts.home))
      return refuse(notOwnWindow());
    if (spec === undefined) return refuse(unknownCall());
    if (!isBounded(input)) return refuse(badInput('it is too large or of a wrong kind'));
    const parsed = v.safeParse(spec.input, input, { abortEarly: true });
    if (!parsed.success)
      return refuse(badInput(otherForm(v.getDotPath(parsed.issues[0]) ?? 'its value')));
    if (!spec.unlocked) return { parsed: parsed.output, refusal: null };
    if (!this.#parts.isUnlocked()) return refuse(vaultIsLocked());
    const restriction = spec.looking === true ? null : this.#parts.restriction();
    return restriction === null ? { parsed: parsed.output, refusal: null } : refuse(restriction);
  }

  async #run({ spec, handle }: Answering, input: unknown): Promise<Result<unknown>> {
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
    // What cannot be recorded is not done: an expected failure, with words of its own.
    if (error instanceof Failure) return { ok: false, failure: toFailureData(error) };
    const incident = randomBytes(4).toString('hex');
    this.#parts.report(incident, error);
    return { ok: false, incident };
  }
}

const answering = <Name extends string>(
  specs: Record<Name, CallSpec>,
  handlers: Record<Name, (input: never) => unknown>,
): ReadonlyMap<string, Answering> =>
  new Map(
    (Object.keys(specs) as Name[]).map((name) => {
      const handle = handlers[name] as (input: unknown) => unknown;
      return [name, { spec: specs[name], handle }];
    }),
  );
