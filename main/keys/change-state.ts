import { Failure } from '../../shared/failure.ts';
import type { KeyId } from '../../shared/ids.ts';
import { type KeyAct, type KeyReason, type KeyState, stateAfter } from '../../shared/keys.ts';
import { limits } from '../../shared/limits.ts';
import {
  noSuchVersion,
  noteTooLong,
  notInThisState,
  sinceInFuture,
} from '../../shared/messages/failures/keys.ts';
import type { KeyReader } from '../keystore/index.ts';
import type { VaultSession } from '../session/index.ts';

export interface StateChange {
  /** Name or id. */
  readonly key: string;
  /** The newest where none is named. */
  readonly version?: number | undefined;
  readonly act: KeyAct;
  readonly reason: KeyReason;
  /** Free text; may be empty. */
  readonly note: string;
  /** Of a compromise: since when it is suspected, UTC, ISO 8601. */
  readonly since?: string | undefined;
}

export interface ChangedVersion {
  readonly id: KeyId;
  readonly key: string;
  readonly version: number;
  readonly before: KeyState;
  readonly state: KeyState;
}

/** What can be told without the token. @throws Failure `key-not-found`, `key-state`, `usage` */
export const refuseChange = (keys: KeyReader, change: StateChange): void => {
  found(keys, change);
  if (change.note.length > limits.textLength) throw noteTooLong(limits.textLength);
  if (change.since !== undefined && Date.parse(change.since) > Date.now())
    throw sinceInFuture(change.since);
};

/** @throws as `refuseChange` */
export const changeState = async (
  { vault, engine }: VaultSession,
  change: StateChange,
): Promise<ChangedVersion> => {
  const { act, reason, note, since } = change;
  const changed = await vault.commit(
    ({ keys }) => {
      // Looked at inside the commit: the version may have another state by now.
      refuseChange(keys, change);
      const { id, version, before, state } = found(keys, change);
      keys.setState(id, version, state);
      return { key: keys.get(id).name, version, before, state, id };
    },
    ({ key, version, before, state, id }) => ({
      action: `key.${act}`,
      subject: { key: id, name: key, version },
      outcome: 'ok',
      details: {
        ...{ before, after: state, reason },
        ...(note === '' ? {} : { note }),
        ...(since === undefined ? {} : { since }),
      },
    }),
  );
  await forget(engine, changed.id);
  return changed;
};

/** A batch that still may use the key unseals it again. An engine that has ended holds nothing. */
const forget = async (engine: VaultSession['engine'], id: KeyId): Promise<void> => {
  try {
    await engine.call('flushKeys', { id });
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'engine-lost') throw error;
  }
};

const found = (keys: KeyReader, { key: named, version: wanted, act }: StateChange) => {
  const key = keys.get(named);
  const version = wanted ?? key.version;
  const before = keys.versions(key.id).find((each) => each.version === version)?.state;
  if (before === undefined) throw noSuchVersion(key.name, version);
  const state = stateAfter(act, before, version === key.version ? 'newest' : 'older');
  if (state === null || state === 'destroyed') throw notInThisState(key.name, version, before, act);
  return { id: key.id, version, before, state };
};
