import type { KeyMaterial } from '../../shared/keys.ts';
import type { Expected, TokenKeyName } from '../engine/index.ts';
import type { ReadTables } from '../keystore/index.ts';
import type { Vault } from '../vault/index.ts';
import { mastersOf } from './token-binding.ts';

/** What the keystore says that the token holds. */
export const expectedOf = ({ id: vaultId, tables }: Pick<Vault, 'id' | 'tables'>): Expected => ({
  vaultId,
  masters: mastersOf(tables),
  otherMasters: otherMastersOf(tables),
  signing: signingOf(tables),
  keys: residentKeysOf(tables),
  destroyed: tables.keys.destroyedObjects(),
});

/**
 * The masters in the token that are not in force while they are being rotated: new ones before the
 * switch, old ones after it.
 */
export const otherMastersOf = (tables: ReadTables): readonly TokenKeyName[] => {
  const rotation = tables.meta.masterRotation();
  if (rotation === null) return [];
  const { wrap, seal } = mastersOf(tables);
  return [
    { objectId: Buffer.from(rotation.wrap, 'hex'), label: wrap.label },
    { objectId: Buffer.from(rotation.seal, 'hex'), label: seal.label },
  ];
};

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
