import type { KeyMaterial } from '../../shared/keys.ts';
import type { Expected } from '../engine/index.ts';
import type { ReadTables } from '../keystore/index.ts';
import type { Vault } from '../vault/index.ts';
import { mastersOf } from './token-binding.ts';

/** What the keystore says that the token holds. */
export const expectedOf = ({ id: vaultId, tables }: Pick<Vault, 'id' | 'tables'>): Expected => ({
  vaultId,
  masters: mastersOf(tables),
  signing: signingOf(tables),
  keys: residentKeysOf(tables),
  destroyed: tables.keys.destroyedObjects(),
});

/** Every version that has an object in the token. */
export const residentKeysOf = ({ keys }: ReadTables): KeyMaterial[] =>
  keys
    .list()
    .filter(({ custody }) => custody === 'resident')
    .flatMap(({ id }) =>
      keys
        .versions(id)
        .filter(({ state }) => state !== 'destroyed')
        .map(({ version }) => keys.material(id, version)),
    );

const signingOf = ({ meta }: ReadTables): Expected['signing'] => {
  const keys = meta.signingKeys();
  return [keys?.checkpoint, keys?.report].filter((key) => key !== null && key !== undefined);
};
