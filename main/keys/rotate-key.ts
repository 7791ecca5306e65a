import type { KeySummary } from '../../shared/keys.ts';
import { cannotRotate } from '../../shared/messages/failures/keys.ts';
import type { KeyReader } from '../keystore/index.ts';
import type { VaultSession } from '../session/index.ts';

/** What can be told without the token. @throws Failure `key-not-found`, `key-state` */
export const refuseRotation = (keys: KeyReader, named: string): void => {
  const { name, state } = keys.get(named);
  if (state === 'destroyed') throw cannotRotate(name, state);
};

/**
 * Makes a new version, which encrypts from now on. The one before it is deactivated in the same
 * commit: it only decrypts. A suspended or compromised one stays what it is.
 */
export const rotateKey = async (session: VaultSession, named: string): Promise<KeySummary> => {
  const { vault } = session;
  refuseRotation(vault.tables.keys, named);
  const { id, custody, bulk, version: before } = vault.tables.keys.get(named);
  // Blobs and proofs are sealed under random nonces too: counted before they are made.
  await session.seals.take('master', 1);
  const next = before + 1;
  const material = await session.engine.call('createKey', { id, version: next, custody, bulk });
  const { version, kcv, blob, objectId, proof } = material;
  const created = new Date().toISOString();
  return vault.commit(
    ({ keys }) => {
      const { state } = keys.get(id);
      if (state === 'active') keys.setState(id, before, 'deactivated');
      keys.addVersion(id, { version, kcv, blob, objectId, proof, created, state: 'active' });
      return keys.get(id);
    },
    ({ name }) => ({
      action: 'key.rotate',
      subject: { key: id, name, version, kcv },
      outcome: 'ok',
      details: { before },
    }),
  );
};
