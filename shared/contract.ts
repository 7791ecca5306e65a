import * as v from 'valibot';
import type { WindowAction } from './actions.ts';
import type { FailureData } from './failure.ts';
import { appCalls, appStateSchema, commandSchema } from './contract/app.ts';
import { auditCalls } from './contract/audit.ts';
import { batchId, count, list, nothing } from './contract/basics.ts';
import { carryOverCalls } from './contract/carry-over.ts';
import { checkpointCalls } from './contract/checkpoints.ts';
import { drops } from './contract/drops.ts';
import { keyCalls } from './contract/keys.ts';
import { overviewCalls } from './contract/overview.ts';
import { exportStepSchema, reportCalls } from './contract/reports.ts';
import { rollbackCalls } from './contract/rollback.ts';
import { sessionCalls, sessionSchema } from './contract/session.ts';
import { settingsChangeSchema, settingsSchema } from './contract/settings.ts';
import { setupCalls, setupSteps } from './contract/setup.ts';
import { surveyCalls } from './contract/survey.ts';
import { tokenCalls } from './contract/token.ts';
import { trustCalls } from './contract/trust.ts';
import { verifyCalls } from './contract/verify.ts';
import { batchSchema, draftSchema, receiptRowSchema, workCalls } from './contract/work.ts';

/**
 * Everything that is sent between the window and the main process. The types of both sides, the
 * checks in main and the fake bridge of the tests all follow from this one object.
 *
 * A call states its input and output, whether the vault must be unlocked, and who records it: its
 * service (which knows the details), the dispatcher with the named action, or nobody because
 * nothing happens. Refusals are recorded for every call. While a vault is read-only
 * (docs/ledger.md, "Anchor and rollback"), a call that needs an unlocked vault is answered only if
 * it is marked `looking`.
 */
export interface CallSpec {
  readonly input: v.GenericSchema;
  readonly output: v.GenericSchema;
  readonly unlocked: boolean;
  /** Also answered while the vault is read-only: it changes nothing and decrypts nothing. */
  readonly looking?: true;
  readonly audit: 'none' | 'by-service' | WindowAction;
}

const settingsCalls = {
  'settings.set': {
    input: settingsChangeSchema,
    output: settingsSchema,
    unlocked: false,
    audit: 'by-service',
  },
  /** Asks for the folder for outputs; unchanged if the dialog was cancelled. */
  'settings.pickOutputFolder': {
    input: nothing,
    output: settingsSchema,
    unlocked: true,
    audit: 'none',
  },
  'settings.clearOutputFolder': {
    input: nothing,
    output: settingsSchema,
    unlocked: true,
    audit: 'none',
  },
} as const;

export const contract = {
  calls: {
    ...appCalls,
    ...setupCalls,
    ...trustCalls,
    ...sessionCalls,
    ...tokenCalls,
    ...carryOverCalls,
    ...keyCalls,
    ...workCalls,
    ...surveyCalls,
    ...auditCalls,
    ...overviewCalls,
    ...reportCalls,
    ...checkpointCalls,
    ...verifyCalls,
    ...rollbackCalls,
    ...settingsCalls,
  } satisfies Record<string, CallSpec>,
  drops: drops satisfies Record<string, CallSpec>,
  events: {
    /** Another screen: opened, locked, unlocked, closed. */
    state: appStateSchema,
    /** The session's status changed: a record, a cached key, the lock timer, the token. */
    session: sessionSchema,
    settings: settingsSchema,
    'setup.step': v.picklist(setupSteps),
    draft: draftSchema,
    /** At most ten per second. */
    'batch.progress': batchSchema,
    'batch.receipts': v.strictObject({ id: batchId, receipts: list(receiptRowSchema) }),
    'batch.finished': batchSchema,
    /** How many files a survey has read: at most ten times per second. */
    'survey.progress': v.strictObject({ files: count }),
    /** What the export of a report does now. */
    'reports.step': exportStepSchema,
    /** From the menu. */
    command: commandSchema,
  },
} as const;

type Calls = typeof contract.calls;
type Drops = typeof contract.drops;
type Events = typeof contract.events;

export type CallName = keyof Calls;
export type Input<C extends CallName> = v.InferOutput<Calls[C]['input']>;
export type Output<C extends CallName> = v.InferOutput<Calls[C]['output']>;
export type DropName = keyof Drops;
export type Dropped<D extends DropName> = v.InferOutput<Drops[D]['output']>;
export type EventName = keyof Events;
/** These reveal nothing about a vault's contents; a locked window gets no others. */
export const lockedEvents = [
  'state',
  'settings',
  'setup.step',
  'command',
] as const satisfies EventName[];
export type EventData<E extends EventName> = v.InferOutput<Events[E]>;
export type AnyEvent = { [E in EventName]: { name: E; data: EventData<E> } }[EventName];

/** An expected failure is sent as data; of a bug only the incident number is sent. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: FailureData }
  | { readonly ok: false; readonly incident: string };

/** `window.claviger`, made by the preload. `DroppedFile` is the DOM's File. */
export interface Bridge<DroppedFile = unknown> {
  call<C extends CallName>(name: C, input: Input<C>): Promise<Result<Output<C>>>;
  drop<D extends DropName>(name: D, files: readonly DroppedFile[]): Promise<Result<Dropped<D>>>;
  /** @returns a function that stops listening */
  on(listener: (event: AnyEvent) => void): () => void;
}
