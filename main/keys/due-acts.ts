import { Failure } from '../../shared/failure.ts';
import { rotationDue } from '../../shared/key-life.ts';
import type { KeySummary, KeyVersion } from '../../shared/keys.ts';
import { limits } from '../../shared/limits.ts';
import { destructionPostponed, rotationFailed } from '../../shared/messages/due-acts.ts';
import type { ReadTables } from '../keystore/index.ts';
import type { VaultSession } from '../session/index.ts';
import { changeKey } from './change-key.ts';
import { checkClock } from './clock-check.ts';
import { destroyVersion, tryToRemoveObjects } from './destroy-key.ts';
import { settleMasters } from './settle-masters.ts';

/** An act whose date has come and that was not done. */
export interface PostponedAct {
  /** Why, as a sentence. */
  readonly problem: string;
}

export interface CaughtUp {
  /** What could not be done. */
  readonly postponed: readonly PostponedAct[];
  /** What became of an interrupted rotation of the masters, as a sentence. */
  readonly settled: string | null;
}

/** To be called when the vault was unlocked. */
export const catchUp = async (session: VaultSession): Promise<CaughtUp> => {
  let settled: string | null = null;
  const masters = await problemOf(async () => {
    settled = await settleMasters(session);
    return null;
  });
  const objects = (await tryToRemoveObjects(session)).map(({ message }) => ({ problem: message }));
  return { postponed: [...masters, ...objects, ...(await doDueActs(session))], settled };
};

/** A token that refuses one act must not keep the vault closed, nor stop the other acts. */
const problemOf = async (act: DueAct): Promise<readonly PostponedAct[]> => {
  try {
    const problem = await act();
    return problem === null ? [] : [{ problem }];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [{ problem: error.message }];
  }
};

/**
 * Does what has become due: activations, rotations of keys that rotate by themselves, destructions.
 * To be called from time to time while the vault is unlocked.
 * @returns what could not be done; the others are done all the same
 */
export const doDueActs = async (session: VaultSession): Promise<readonly PostponedAct[]> => {
  const postponed: PostponedAct[] = [];
  for (const act of dueActs(session)) postponed.push(...(await problemOf(act)));
  return postponed;
};

/** Whether a key is due for rotation now; null: it is not. */
export const rotationOf = (
  { seals }: ReadTables,
  key: KeySummary,
  now: Date,
): ReturnType<typeof rotationDue> => {
  const used = seals.reserved(`${key.id}/${key.version}`);
  const counted = key.bulk === 'host' ? { used, limit: limits.sealsPerKey } : null;
  return rotationDue({ ...key, seals: counted }, now.getTime());
};

/** @returns why it was not done; null if it was */
type DueAct = () => Promise<string | null>;

/** Asked every few seconds, so only of keys that have dates. */
const dueActs = (session: VaultSession): DueAct[] => {
  const { keys } = session.vault.tables;
  return [
    ...keys
      .dated()
      .flatMap(({ id, version }) => dueOf(session, keys.get(id), keys.version(id, version))),
    ...keys.list().flatMap((key) => rotationsOf(session, key)),
  ];
};

const dueOf = (session: VaultSession, key: KeySummary, version: KeyVersion): DueAct[] => {
  const now = session.vault.now.getTime();
  const isPast = (date: string | null): boolean => date !== null && Date.parse(date) <= now;
  const { state, activates, destroys } = version;
  if (state === 'pre-activation' && isPast(activates))
    return [() => done(activate(session, key, version))];
  return state !== 'destroyed' && isPast(destroys)
    ? [() => destroyIfTrusted(session, key, version)]
    : [];
};

const rotationsOf = (session: VaultSession, key: KeySummary): DueAct[] => {
  const { tables, now } = session.vault;
  return key.atPeriodEnd === 'rotate' && rotationOf(tables, key, now)?.state === 'overdue'
    ? [() => rotate(session, key)]
    : [];
};

const done = async (act: Promise<unknown>): Promise<null> => {
  await act;
  return null;
};

const activate = (
  session: VaultSession,
  { id }: KeySummary,
  { version }: KeyVersion,
): Promise<unknown> =>
  changeKey(session, { act: 'activate', key: id, version, reason: 'scheduled', note: '' });

const rotate = async (session: VaultSession, { id, name }: KeySummary): Promise<string | null> => {
  try {
    await changeKey(session, { act: 'rotate', key: id, reason: 'scheduled', note: '' });
    return null;
  } catch (error) {
    if (error instanceof Failure) return rotationFailed(name, error.message);
    throw error;
  }
};

/**
 * A clock that was set forward stays suspicious at the next unlock, too: once postponed, only a
 * person lets the destruction take place.
 */
const destroyIfTrusted = async (
  session: VaultSession,
  { id, name }: KeySummary,
  { version, destroys, postponed }: KeyVersion,
): Promise<string | null> => {
  const { vault } = session;
  if (postponed) return destructionPostponed(name, version);
  const { isTrusted, now, lastLock } = await checkClock(session);
  if (isTrusted) {
    await destroyVersion(session, { key: id, version }, 'due');
    return null;
  }
  await vault.commit(
    ({ keys }) => keys.postponeDestruction(id, version),
    () => ({
      action: 'key.postpone-destroy',
      subject: { key: id, name, version },
      outcome: 'ok',
      details: { due: destroys, now, lastLock },
    }),
  );
  return destructionPostponed(name, version);
};
