import type { StoredBatch } from '../../shared/batch.ts';
import { type Failure, toFailureData } from '../../shared/failure.ts';
import { isPastPeriod } from '../../shared/key-life.ts';
import { type KeyMaterial, mayDecrypt, mayEncrypt } from '../../shared/keys.ts';
import {
  cannotDecrypt,
  cannotEncrypt,
  cannotEncryptNow,
  mixedBulk,
  periodIsOver,
} from '../../shared/messages/failures/batch.ts';
import type { KeySetInput, RefusedKey } from '../engine/index.ts';
import type { KeyReader } from '../keystore/index.ts';
import { slotRulesOf } from './slot-rules.ts';

/**
 * The keys to encrypt with, one slot each.
 * @throws Failure `key-not-found`, `key-state`, `mixed-bulk`
 */
export const encryptionKeys = (
  keys: KeyReader,
  names: readonly string[],
  now: Date,
): KeyMaterial[] => {
  const chosen = new Map(names.map((name) => keys.get(name)).map((key) => [key.id, key]));
  for (const key of chosen.values()) {
    if (!mayEncrypt(key.state)) throw cannotEncrypt(key);
    if (isPastPeriod(key, now.getTime())) throw periodIsOver(key);
  }
  const materials = [...chosen.keys()].map((id) => keys.material(id));
  if (new Set(materials.map(({ bulk }) => bulk)).size > 1) throw mixedBulk();
  return materials;
};

/**
 * The keys that the engine gets for a batch: the named versions to encrypt, or all that may
 * decrypt.
 */
export const keysFor = (
  keys: KeyReader,
  batch: Pick<StoredBatch, 'kind' | 'keys' | 'slots'>,
): KeySetInput => {
  const slots = slotRulesOf(keys, batch);
  if (batch.kind !== 'encrypt') return { ...decryptionKeys(keys), slots };
  const own = batch.keys.map(({ id, version }) => keys.material(id, version));
  return { keys: own, refused: [], slots };
};

/**
 * Why a batch may not encrypt under one of its keys any more; null where it may. A key can change
 * its state after the batch was planned.
 */
export const refusedSince = (
  keys: KeyReader,
  { kind, keys: own }: Pick<StoredBatch, 'kind' | 'keys'>,
  now: Date,
): Failure | null => {
  for (const { id, version } of own) {
    const key = keys.get(id);
    const { state, activated } = keys.version(id, version);
    // Where slots are replaced, the state of a key concerns only the files that have a slot of it.
    if (kind === 'encrypt' && !mayEncrypt(state))
      return cannotEncryptNow({ id, name: key.name, version, state });
    if (isPastPeriod({ ...key, activated }, now.getTime()))
      return periodIsOver({ id, name: key.name, version });
  }
  return null;
};

/** Equal for two moments between which no key has changed what it may do. */
export const statesOf = (keys: KeyReader): string =>
  keys
    .list()
    .flatMap(({ id }) => keys.versions(id).map(({ version, state }) => `${id}/${version}/${state}`))
    .join();

export const decryptionKeys = (keys: KeyReader): Omit<KeySetInput, 'slots'> => {
  const usable: KeyMaterial[] = [];
  const refused: RefusedKey[] = [];
  for (const key of keys.list()) {
    for (const { version, state } of keys.versions(key.id)) {
      if (mayDecrypt(state)) usable.push(keys.material(key.id, version));
      else
        refused.push({
          id: key.id,
          version,
          state,
          failure: toFailureData(cannotDecrypt({ id: key.id, name: key.name, version, state })),
        });
    }
  }
  return { keys: usable, refused };
};
