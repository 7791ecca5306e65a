import { Failure, groupOf } from '../../shared/failure.ts';
import type { KeyId } from '../../shared/ids.ts';
import {
  destructionNotDue,
  keyIsProtected,
  notInThisState,
  objectKept,
  versionInUse,
} from '../../shared/messages/failures/keys.ts';
import type { KeyReader } from '../keystore/index.ts';
import type { NewRecord } from '../ledger/index.ts';
import type { VaultSession } from '../session/index.ts';
import { changeKey, forget, refusalsRecorded } from './change-key.ts';
import type { ChangedKey, KeyChange } from './key-change.ts';

interface Destruction {
  readonly key: KeyId;
  readonly version: number;
}

/** Why a version is destroyed now: its date has come, or nothing was ever encrypted with it. */
export type Grounds = 'due' | 'never-used';

/** Destroys a version without a waiting period, or at its end. @throws Failure `key-state` */
export const destroyNow = (
  session: VaultSession,
  change: Omit<KeyChange, 'act' | 'waitingDays'>,
  grounds: Grounds,
): Promise<ChangedKey> => {
  const { id, version: newest } = session.vault.tables.keys.get(change.key);
  const which = { key: id, version: change.version ?? newest };
  return refusalsRecorded(session, change, 'key.destroy', () =>
    grounds === 'never-used'
      ? destroyUnused(session, change, which)
      : destroyVersion(session, which, 'due'),
  );
};

/**
 * Destroys a version that was never used, without a waiting period. It is suspended first, so that
 * nothing can be encrypted with it while this is checked.
 * @throws Failure `key-state` if it was used; then its destruction stays scheduled
 */
const destroyUnused = async (
  session: VaultSession,
  change: Omit<KeyChange, 'act' | 'waitingDays'>,
  which: Destruction,
): Promise<ChangedKey> => {
  const { name } = session.vault.tables.keys.get(which.key);
  if (await wasUsed(session, which)) throw versionInUse(name, which.version);
  await changeKey(session, { ...change, act: 'schedule-destroy' });
  if (await wasUsed(session, which)) throw versionInUse(name, which.version);
  return destroyVersion(session, which, 'never-used');
};

/** Whether anything was encrypted with it, by the ledger and by the count of its seals. */
const wasUsed = async (
  { vault }: VaultSession,
  { key, version }: Destruction,
): Promise<boolean> => {
  if (vault.tables.seals.reserved(`${key}/${version}`) > 0) return true;
  const uses = await (await vault.audit()).uses();
  return uses.some((use) => use.key === key && use.version === version);
};

/**
 * Destroys a scheduled version: the keystore forgets its blob, and the object of a resident key is
 * removed from the token. If that is interrupted, the next unlock removes the object.
 * @throws Failure `key-state` if it is not scheduled, not due yet, or protected
 */
export const destroyVersion = async (
  session: VaultSession,
  which: Destruction,
  grounds: Grounds,
): Promise<ChangedKey> => {
  const { vault } = session;
  const { key: id, version } = which;
  const changed = await vault.commit(
    ({ keys }) => {
      const due = lookAgain(keys, which, grounds, vault.now);
      keys.destroy(id, version, vault.now.toISOString());
      return { due, key: keys.get(id), version: keys.version(id, version) };
    },
    ({ due, key }) => ({
      action: 'key.destroy',
      subject: { key: id, name: key.name, version },
      outcome: 'ok',
      details: { due, grounds, before: 'suspended', after: 'destroyed' },
    }),
    { purge: true },
  );
  await forget(session, id);
  const own = vault.tables.keys
    .destroyedObjects()
    .find((object) => object.id === id && object.version === version);
  if (own !== undefined) await removeObject(session, own);
  return { key: changed.key, version: changed.version };
};

/** Inside the commit: since it was scheduled, anything may have changed. @returns its due date */
const lookAgain = (
  keys: KeyReader,
  { key: id, version }: Destruction,
  grounds: Grounds,
  now: Date,
): string => {
  const key = keys.get(id);
  const found = keys.version(id, version);
  if (found.destroys === null || found.state === 'destroyed')
    throw notInThisState(key.name, version, found, 'cancel-destroy');
  if (key.protected) throw keyIsProtected(key.name);
  if (grounds === 'due' && Date.parse(found.destroys) > now.getTime())
    throw destructionNotDue(key.name, version, found.destroys);
  return found.destroys;
};

/**
 * Removes the token objects of destroyed keys, as far as they are still there, and looks again.
 * @returns why some are still there
 */
export const tryToRemoveObjects = async (session: VaultSession): Promise<readonly Failure[]> => {
  const kept: Failure[] = [];
  for (const object of session.vault.tables.keys.destroyedObjects()) {
    try {
      await removeObject(session, object);
    } catch (error) {
      if (!(error instanceof Failure) || groupOf(error.code) !== 'token') throw error;
      kept.push(error);
    }
  }
  return kept;
};

const removeObject = async (
  { vault, engine }: VaultSession,
  { id, version, objectId }: ReturnType<KeyReader['destroyedObjects']>[number],
): Promise<void> => {
  const { name } = vault.tables.keys.get(id);
  const record = (result: Pick<NewRecord, 'outcome' | 'code'>, details = {}): NewRecord => ({
    action: 'key.remove-object',
    subject: { key: id, name, version },
    ...result,
    details: { objectId: Buffer.from(objectId).toString('hex'), ...details },
  });
  try {
    const { found } = await engine.call('destroyKey', { id, version, objectId });
    if (found) await vault.record([record({ outcome: 'ok' })]);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'token-failed') throw error;
    const { code, message: cause } = error;
    await vault.record([record({ outcome: 'failed', code }, { cause })]);
    throw objectKept(name, version, error);
  }
};
