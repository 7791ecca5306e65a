import type { KeyReason } from '../../shared/key-life.ts';
import { cannotRotate, rotatedMeanwhile } from '../../shared/messages/failures/keys.ts';
import { mastersOf, type VaultSession } from '../session/index.ts';
import type { ChangedKey } from './key-change.ts';
import { refuseOtherMasters } from './same-masters.ts';

export interface RotationRequest {
  /** Name or id. */
  readonly key: string;
  readonly reason: KeyReason;
  readonly note: string;
}

/**
 * Makes a new version, which encrypts from now on. The one before it is deactivated in the same
 * commit: it only decrypts. A suspended or compromised one stays what it is.
 * @throws Failure `key-state` where it cannot be rotated
 */
export const rotateKey = async (
  session: VaultSession,
  { key: named, reason, note }: RotationRequest,
): Promise<ChangedKey> => {
  const { vault } = session;
  const { id, name, state, custody, bulk, version: before } = vault.tables.keys.get(named);
  if (state === 'destroyed' || state === 'pre-activation') throw cannotRotate(name, state);
  // Blobs and proofs are sealed under random nonces too: counted before they are made.
  await session.seals.take('master', 1);
  const next = before + 1;
  const masters = mastersOf(vault.tables);
  const material = await session.engine.call('createKey', { id, version: next, custody, bulk });
  const { version, kcv, blob, objectId, proof } = material;
  return vault.commit(
    (tables) => {
      const { keys } = tables;
      refuseOtherMasters(tables, masters);
      // Somebody else may have rotated it while the token made this version.
      if (keys.get(id).version !== before) throw rotatedMeanwhile(name);
      const created = vault.now.toISOString();
      if (keys.get(id).state === 'active') keys.setState(id, before, 'deactivated', created);
      keys.addVersion(id, {
        ...{ version, kcv, blob, objectId, proof, created },
        ...{ state: 'active', activates: null },
      });
      return { key: keys.get(id), version: keys.version(id, version) };
    },
    () => ({
      action: 'key.rotate',
      subject: { key: id, name, version, kcv },
      outcome: 'ok',
      details: { before, reason, ...(note === '' ? {} : { note }) },
    }),
  );
};
