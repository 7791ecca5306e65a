import { replacingKinds } from '../../shared/batch.ts';
import { Failure, type FailureGroup, groupOf } from '../../shared/failure.ts';
import type { KeyId } from '../../shared/ids.ts';
import {
  DAY_MS,
  isVersionAct,
  type KeyAct,
  periodDays,
  stateAfter,
  type VersionAct,
  waitingDays,
} from '../../shared/key-life.ts';
import type { KeyState, KeySummary, KeyVersion } from '../../shared/keys.ts';
import { limits } from '../../shared/limits.ts';
import {
  alreadyProtected,
  daysOutOfRange,
  keyIsProtected,
  noteTooLong,
  notInThisState,
  notProtected,
  periodNotGiven,
  replacingUnfinished,
  sinceInFuture,
  versionOfWholeKey,
} from '../../shared/messages/failures/keys.ts';
import type { JsonObject } from '../json/index.ts';
import type { KeyReader, Tables } from '../keystore/index.ts';
import type { NewRecord } from '../ledger/index.ts';
import type { VaultSession } from '../session/index.ts';
import type { ChangedKey, KeyChange } from './key-change.ts';
import { rotateKey } from './rotate-key.ts';

/**
 * What can be refused without the token, and without looking at states.
 * @throws Failure `key-not-found`, `usage`
 */
export const refuseRequest = (keys: KeyReader, change: KeyChange, now: Date): void => {
  const { name, version: newest } = keys.get(change.key);
  const { act, version, note, since } = change;
  if (version !== undefined && !isVersionAct(act)) throw versionOfWholeKey();
  keys.version(change.key, version ?? newest);
  refuseReason({ note, since }, now);
  if (act === 'period') {
    const { periodDays: days, atPeriodEnd } = change;
    if (days === undefined && atPeriodEnd === undefined) throw periodNotGiven(name);
    if (typeof days === 'number') refusePeriod(days);
  }
  if (change.waitingDays !== undefined) refuseWait(change.waitingDays);
};

/** @throws Failure `usage` */
export const refuseReason = (
  { note, since }: Pick<KeyChange, 'note' | 'since'>,
  now: Date,
): void => {
  if (note.length > limits.textLength) throw noteTooLong(limits.textLength);
  if (since !== undefined && Date.parse(since) > now.getTime()) throw sinceInFuture(since);
};

/**
 * Does what was asked for, and records it; a refusal too.
 * @throws as `refuseRequest`; Failure `key-state` where the act is refused in this state
 */
export const changeKey = async (session: VaultSession, change: KeyChange): Promise<ChangedKey> => {
  refuseRequest(session.vault.tables.keys, change, session.vault.now);
  return refusalsRecorded(session, change, `key.${change.act}`, () =>
    change.act === 'rotate'
      ? rotateKey(session, change)
      : changeInKeystore(session, change, change.act),
  );
};

type Asked = Pick<KeyChange, 'key' | 'version' | 'reason' | 'note'>;

/** Records why an act was refused by the state of the key, or failed in the token. */
export const refusalsRecorded = async <T>(
  { vault }: VaultSession,
  asked: Asked,
  action: NewRecord['action'],
  work: () => Promise<T>,
): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Failure && recordedGroups.has(groupOf(error.code)))
      await vault.record([refusal(vault.tables.keys, asked, action, error)]);
    throw error;
  }
};

/** A vault that cannot record is not asked to. */
const recordedGroups: ReadonlySet<FailureGroup> = new Set(['key', 'token']);

const refusal = (
  keys: KeyReader,
  asked: Asked,
  action: NewRecord['action'],
  failure: Failure,
): NewRecord => {
  const { id, name, version } = keys.get(asked.key);
  return {
    action,
    subject: { key: id, name, version: asked.version ?? version },
    outcome: groupOf(failure.code) === 'key' ? 'refused' : 'failed',
    code: failure.code,
    details: { cause: failure.message, ...reasonOf(asked) },
  };
};

const changeInKeystore = async (
  session: VaultSession,
  change: KeyChange,
  act: Exclude<KeyAct, 'rotate'>,
): Promise<ChangedKey> => {
  const { vault } = session;
  const changed = await vault.commit(
    (tables) => {
      // Looked up inside the commit: the key may have changed meanwhile.
      const target = targetOf(tables.keys, change, vault.now);
      const details = isVersionAct(act)
        ? changeVersion(tables, target, change, act)
        : wholeKeyActs[act](tables, target, change);
      return { target, details, after: stateOf(tables.keys, target) };
    },
    ({ target, details, after: { key } }) => ({
      action: `key.${act}`,
      subject: {
        ...{ key: target.id, name: key.name },
        ...(isVersionAct(act) ? { version: target.version.version } : {}),
      },
      outcome: 'ok',
      details: { ...details, ...reasonOf(change) },
    }),
  );
  await forget(session, changed.target.id);
  return changed.after;
};

interface Target {
  readonly id: KeyId;
  readonly key: KeySummary;
  readonly version: KeyVersion;
  /** Of the change, UTC, ISO 8601. */
  readonly time: string;
}

const targetOf = (keys: KeyReader, { key: named, version }: KeyChange, now: Date): Target => {
  const key = keys.get(named);
  const time = now.toISOString();
  return { id: key.id, key, version: keys.version(key.id, version ?? key.version), time };
};

const stateOf = (keys: KeyReader, { id, version }: Target): ChangedKey => ({
  key: keys.get(id),
  version: keys.version(id, version.version),
});

const changeVersion = (
  { keys, batches, meta }: Tables,
  { id, key, version: { version, state, beforeDestroy }, time }: Target,
  change: KeyChange,
  act: VersionAct,
): JsonObject => {
  const isNewest = version === key.version;
  const after = stateAfter(act, { state, isNewest, beforeDestroy });
  if (after === null || after === 'destroyed')
    throw notInThisState(key.name, version, { state, beforeDestroy }, act);
  if (act === 'schedule-destroy' && key.protected) throw keyIsProtected(key.name);
  if (act === 'schedule-destroy' && batches.list().some(isReplacingFiles))
    throw replacingUnfinished();
  keys.setState(id, version, after, time);
  return {
    before: state,
    after,
    ...versionEffects[act]?.(
      { keys, id, version, time, before: state, usualWait: meta.waitingDays() },
      change,
    ),
  };
};

/** The ledger may call files of it rewrapped that are not yet so on the disk. */
const isReplacingFiles = ({ kind, state }: { kind: string; state: string }): boolean =>
  state === 'running' && replacingKinds.some((each) => each === kind);

interface Effect {
  readonly keys: Tables['keys'];
  readonly id: KeyId;
  readonly version: number;
  readonly time: string;
  readonly before: KeyState;
  /** Days, as set in the vault. */
  readonly usualWait: number;
}

/** What an act changes beside the state. @returns what its record says of it */
const versionEffects: Partial<
  Record<VersionAct, (effect: Effect, change: KeyChange) => JsonObject>
> = {
  compromise: ({ keys, id, version, time }, { since = time }) => {
    markCompromised(keys, { id, version }, since);
    return { since };
  },
  'schedule-destroy': (
    { keys, id, version, time, before, usualWait },
    { waitingDays: days = usualWait },
  ) => {
    const destroys = new Date(Date.parse(time) + days * DAY_MS).toISOString();
    keys.setDestruction(id, version, { destroys, beforeDestroy: before });
    return { destroys };
  },
  'cancel-destroy': ({ keys, id, version }) => {
    keys.setDestruction(id, version, null);
    return {};
  },
};

/** Beside its state: since when, and that it stays so if its destruction is cancelled. */
export const markCompromised = (
  keys: Tables['keys'],
  { id, version }: { readonly id: KeyId; readonly version: number },
  since: string,
): void => {
  keys.setCompromised(id, version, since);
  if (keys.version(id, version).destroys !== null)
    keys.setBeforeDestroy(id, version, 'compromised');
};

type WholeKeyAct = Exclude<KeyAct, VersionAct | 'rotate'>;

const wholeKeyActs: Readonly<
  Record<WholeKeyAct, (tables: Tables, target: Target, change: KeyChange) => JsonObject>
> = {
  protect: ({ keys }, { id, key }) => {
    if (key.protected) throw alreadyProtected(key.name);
    keys.setProtected(id, true);
    return {};
  },
  unprotect: ({ keys }, { id, key }) => {
    if (!key.protected) throw notProtected(key.name);
    keys.setProtected(id, false);
    return {};
  },
  period: ({ keys }, { id, key }, { periodDays: days, atPeriodEnd }) => {
    const after = {
      days: days === undefined ? key.periodDays : days,
      atEnd: atPeriodEnd ?? key.atPeriodEnd,
    };
    keys.setPeriod(id, after.days, after.atEnd);
    return { before: { days: key.periodDays, atEnd: key.atPeriodEnd }, after };
  },
};

export const reasonOf = ({ reason, note }: Pick<KeyChange, 'reason' | 'note'>): JsonObject => ({
  reason,
  ...(note === '' ? {} : { note }),
});

/** A batch that may still use the key unseals it again. An engine that has ended holds nothing. */
export const forget = async ({ engine }: VaultSession, id: KeyId): Promise<void> => {
  try {
    await engine.call('flushKeys', { id });
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'engine-lost') throw error;
  }
};

/** @throws Failure `usage` */
export const refusePeriod = (days: number): void => refuseDays('period', days, periodDays);

/** @throws Failure `usage` */
export const refuseWait = (days: number): void => refuseDays('waiting', days, waitingDays);

const refuseDays = (
  span: 'waiting' | 'period',
  days: number,
  { least, most }: { readonly least: number; readonly most: number },
): void => {
  if (!Number.isInteger(days) || days < least || days > most)
    throw daysOutOfRange(span, least, most, days);
};
