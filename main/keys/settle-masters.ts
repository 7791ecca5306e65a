import { rotationSettled } from '../../shared/messages/masters.ts';
import type { WrappedMaterial } from '../keystore/index.ts';
import { otherMastersOf, type VaultSession } from '../session/index.ts';

/** So many keys in one call: the engine answers others between two of them. */
const GROUP = 50;

export const inGroups = (keys: readonly WrappedMaterial[]): readonly WrappedMaterial[][] =>
  Array.from({ length: Math.ceil(keys.length / GROUP) }, (_, at) =>
    keys.slice(at * GROUP, (at + 1) * GROUP),
  );

/**
 * To be called when the vault was unlocked: a rotation that was interrupted is undone or finished.
 * @returns which, in a sentence; null where there was none
 */
export const settleMasters = async (session: VaultSession): Promise<string | null> => {
  const rotation = session.vault.tables.meta.masterRotation();
  switch (rotation?.others) {
    case 'new':
      await undoRotation(session);
      return rotationSettled.undone;
    case 'old':
      await destroyOldMasters(session);
      return rotationSettled.finished;
    case undefined:
      return null;
  }
};

/** Removes new masters that nothing was put under in the keystore. */
export const undoRotation = async ({ vault, engine }: VaultSession): Promise<void> => {
  const masters = otherMastersOf(vault.tables);
  const found = await engine.call('destroyMasters', { masters });
  await vault.commit(
    ({ meta }) => meta.set('masterRotation', null),
    () => ({
      action: 'master.rotate-undo',
      subject: {},
      outcome: 'ok',
      details: { removed: found },
    }),
  );
};

/**
 * Destroys the masters that were replaced: once every key of the committed keystore has opened under
 * the new ones, and a checkpoint that covers the switch is on the disk.
 */
export const destroyOldMasters = async (session: VaultSession): Promise<void> => {
  const { vault, engine } = session;
  const masters = otherMastersOf(vault.tables);
  for (const keys of inGroups(vault.tables.keys.wrapped()))
    await engine.call('proveBlobs', { keys });
  if ((await session.checkpoint()) === null) throw new Error('nothing signs the switch');
  const found = await engine.call('destroyMasters', { masters });
  await vault.commit(
    ({ meta }) => meta.set('masterRotation', null),
    () => ({
      action: 'master.destroy',
      subject: {},
      outcome: 'ok',
      details: {
        removed: found,
        masters: masters.map(({ objectId }) => Buffer.from(objectId).toString('hex')),
      },
    }),
  );
};
