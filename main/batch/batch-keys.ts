import type { StoredBatch } from '../../shared/batch.ts';
import { Failure, toFailureData } from '../../shared/failure.ts';
import {
  type KeyMaterial,
  type KeyState,
  type KeySummary,
  mayDecrypt,
  mayEncrypt,
} from '../../shared/keys.ts';
import type { LendKeys, RefusedKey } from '../engine/index.ts';
import type { KeyReader } from '../keystore/index.ts';

/**
 * The keys to encrypt under, one slot each.
 * @throws Failure `key-not-found`, `key-state`, `mixed-bulk`
 */
export const encryptionKeys = (keys: KeyReader, names: readonly string[]): KeyMaterial[] => {
  const chosen = new Map(names.map((name) => keys.get(name)).map((key) => [key.id, key]));
  for (const key of chosen.values()) if (!mayEncrypt(key.state)) throw notForEncrypting(key);
  const materials = [...chosen.keys()].map((id) => keys.material(id));
  if (new Set(materials.map(({ bulk }) => bulk)).size > 1) throw mixedBulk();
  return materials;
};

/** What the engine gets for a batch: named versions to encrypt, or everything that may decrypt. */
export const keysFor = (keys: KeyReader, batch: Pick<StoredBatch, 'kind' | 'keys'>): LendKeys =>
  batch.kind === 'encrypt'
    ? { keys: batch.keys.map(({ id, version }) => keys.material(id, version)), refused: [] }
    : decryptionKeys(keys);

const decryptionKeys = (keys: KeyReader): LendKeys => {
  const usable: KeyMaterial[] = [];
  const refused: RefusedKey[] = [];
  for (const key of keys.list()) {
    for (const { version, state } of keys.versions(key.id)) {
      if (mayDecrypt(state)) usable.push(keys.material(key.id, version));
      else
        refused.push({
          id: key.id,
          version,
          failure: toFailureData(notForDecrypting(key, version, state)),
        });
    }
  }
  return { keys: usable, refused };
};

const notForEncrypting = (key: KeySummary): Failure =>
  new Failure('key-state', `The key "${key.name}" is ${key.state}: it does not encrypt.`, {
    unharmed: 'No file was touched.',
    next: 'Choose an active key.',
  });

const notForDecrypting = (key: KeySummary, version: number, state: KeyState): Failure =>
  new Failure(
    'key-state',
    `Version ${version} of the key "${key.name}" is ${state}: it does not decrypt.`,
    {
      unharmed: 'The file is unchanged.',
      next:
        state === 'destroyed'
          ? 'Only a backup of this vault that still holds the key can open the file.'
          : 'Resume the key, then try again.',
    },
  );

const mixedBulk = (): Failure =>
  new Failure(
    'mixed-bulk',
    'These keys process data in different places (token and host), so one file cannot have slots for both.',
    {
      unharmed: 'No file was touched.',
      next: 'Choose keys of one bulk kind.',
    },
  );
