import { randomBytes } from 'node:crypto';
import { Failure } from '../../shared/failure.ts';
import {
  keysChangedMeanwhile,
  rotationUnfinished,
} from '../../shared/messages/failures/masters.ts';
import type { Masters } from '../engine/index.ts';
import type { JsonObject } from '../json/index.ts';
import type { KeyReader, WrappedMaterial } from '../keystore/index.ts';
import { mastersOf, type VaultSession } from '../session/index.ts';
import { reasonOf, refuseReason } from './change-key.ts';
import type { KeyChange } from './key-change.ts';
import { destroyOldMasters, inGroups, undoRotation } from './settle-masters.ts';

export interface RotateMasters extends Pick<KeyChange, 'reason' | 'note'> {
  /** Told of every version that is under the new masters, and how many there are in all. */
  readonly onProgress?: (done: number, all: number) => void;
}

/** What became of the keys that were wrapped by the old masters. */
export interface RotatedMasters {
  /** Versions that are wrapped by the new ones now. */
  readonly versions: number;
  /** Why the old ones are still in the token, as a sentence; null: they are destroyed. */
  readonly oldKept: string | null;
}

interface Planned {
  readonly wrap: Buffer;
  readonly seal: Buffer;
}

/**
 * Makes new master keys, wraps every key again under them, and destroys the old ones. Interrupted
 * before the commit that switches, it is undone at the next unlock; after it, it is finished there.
 * @throws Failure; before the switch, with everything as it was
 */
export const rotateMasters = async (
  session: VaultSession,
  request: RotateMasters,
): Promise<RotatedMasters> => {
  const { vault } = session;
  refuseReason(request, vault.now);
  const planned = { wrap: randomBytes(16), seal: randomBytes(16) };
  await start(session, planned, request);
  let versions: number;
  try {
    versions = await moveKeys(session, planned, request);
  } catch (error) {
    await giveUp(session, error);
    throw error;
  }
  await session.renew('the master keys were rotated');
  return { versions, oldKept: await whyOldKept(session) };
};

/** The rotation is done; the next unlock tries again to destroy the old ones. */
const whyOldKept = async (session: VaultSession): Promise<string | null> => {
  try {
    await destroyOldMasters(session);
    return null;
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
};

/** The ids are on the disk before the keys are in the token: so none is ever left there unknown. */
const start = ({ vault }: VaultSession, planned: Planned, request: RotateMasters): Promise<void> =>
  vault.commit(
    ({ meta }) => {
      if (meta.masterRotation() !== null) throw rotationUnfinished();
      meta.set('masterRotation', { others: 'new', ...idsOf(planned) });
    },
    () => ({
      action: 'master.rotate-start',
      subject: {},
      outcome: 'ok',
      details: { masters: idsOf(planned), ...reasonOf(request) },
    }),
  );

const moveKeys = async (
  session: VaultSession,
  ids: Planned,
  request: RotateMasters,
): Promise<number> => {
  const { vault, engine, profile } = session;
  const masters = await engine.call('createMasters', { vaultId: vault.id, profile, ids });
  const before = vault.tables.keys.wrapped();
  const moved: Moved[] = [];
  for (const keys of inGroups(before)) {
    const blobs = await engine.call('rewrapBlobs', { to: masters, keys });
    keys.forEach((key, index) => moved.push({ key, blob: blobs[index] ?? new Uint8Array() }));
    request.onProgress?.(moved.length, before.length);
  }
  // What the engine would wrap under the old ones from now on, no later keystore could open.
  await engine.call('leaveMasters', null);
  await switchTo(session, masters, moved, request);
  return moved.length;
};

interface Moved {
  readonly key: WrappedMaterial;
  readonly blob: Uint8Array;
}

const switchTo = async (
  { vault, seals: budget }: VaultSession,
  next: Masters,
  moved: readonly Moved[],
  request: RotateMasters,
): Promise<void> => {
  await vault.commit(
    (tables) => {
      const { keys, masters, meta, seals } = tables;
      const old = mastersOf(tables);
      refuseChanged(keys, moved);
      for (const { key, blob } of moved) keys.setBlob(key.id, key.version, blob);
      const created = vault.now.toISOString();
      masters.set({ role: 'wrap', ...next.wrap, created });
      masters.set({ role: 'seal', ...next.seal, created });
      // Its proof and every blob were sealed by the new one.
      seals.restart('master', moved.length + 1);
      meta.set('masterRotation', { others: 'old', ...idsOf(idsIn(old)) });
      return idsIn(old);
    },
    (old) => ({
      action: 'master.rotate',
      subject: {},
      outcome: 'ok',
      details: {
        versions: moved.length,
        masters: idsOf(idsIn(next)),
        before: idsOf(old),
        ...reasonOf(request),
      },
    }),
    { purge: true },
  );
  budget.forget('master');
};

/** Inside the commit: what was wrapped again must be all that there is. */
const refuseChanged = (keys: KeyReader, moved: readonly Moved[]): void => {
  const now = keys.wrapped();
  const isSame = now.every(
    ({ id, version, blob }, at) =>
      moved[at]?.key.id === id &&
      moved[at].key.version === version &&
      Buffer.from(moved[at].key.blob).equals(blob),
  );
  if (now.length !== moved.length || !isSame) throw keysChangedMeanwhile();
};

/** Records why, and undoes it where that is possible now; otherwise the next unlock does. */
const giveUp = async (session: VaultSession, cause: unknown): Promise<void> => {
  // Locked meanwhile: nothing can be recorded now.
  if (!(cause instanceof Failure) || !session.vault.isInSession) return;
  try {
    const { code, message } = cause;
    await session.vault.record([
      {
        action: 'master.rotate',
        subject: {},
        outcome: 'failed',
        code,
        details: { cause: message },
      },
    ]);
    await undoRotation(session);
    await session.renew('the master keys were not rotated');
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
};

const idsIn = ({ wrap, seal }: Masters): Planned => ({
  wrap: Buffer.from(wrap.objectId),
  seal: Buffer.from(seal.objectId),
});

const idsOf = ({ wrap, seal }: Planned): { wrap: string; seal: string } & JsonObject => ({
  wrap: wrap.toString('hex'),
  seal: seal.toString('hex'),
});
