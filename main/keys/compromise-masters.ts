import { compareNames } from '../../shared/names.ts';
import { stateAfter } from '../../shared/key-life.ts';
import type { Tables, WrappedMaterial } from '../keystore/index.ts';
import type { VaultSession } from '../session/index.ts';
import { markCompromised, reasonOf, refuseReason } from './change-key.ts';
import type { KeyChange } from './key-change.ts';

export type MasterCompromise = Pick<KeyChange, 'reason' | 'note' | 'since'>;

interface CompromisedKey {
  readonly name: string;
  /** How many files that the ledger knows one of these versions opens. */
  readonly files: number;
}

export interface CompromisedKeys {
  /** The keys of which a version has become compromised, by name. */
  readonly keys: readonly CompromisedKey[];
  readonly versions: number;
}

/**
 * Others may know the masters, so every key that they wrap: all its versions become compromised.
 * Resident keys are not wrapped by them and stay what they are. The masters are to be rotated next.
 * @throws Failure `usage`
 */
export const compromiseMasters = async (
  { vault, engine }: VaultSession,
  request: MasterCompromise,
): Promise<CompromisedKeys> => {
  refuseReason(request, vault.now);
  const time = vault.now.toISOString();
  const { since = time } = request;
  const changed = await vault.commit(
    ({ keys }) => keys.wrapped().filter((key) => compromise(keys, key, { time, since })),
    (versions) => ({
      action: 'master.compromise',
      subject: { keys: [...new Set(versions.map(({ id }) => id))] },
      outcome: 'ok',
      details: { since, versions: versions.length, ...reasonOf(request) },
    }),
  );
  await engine.call('flushKeys', { id: null });
  const ids = [...new Set(changed.map(({ id }) => id))];
  const keys: CompromisedKey[] = [];
  const index = await vault.audit();
  for (const id of ids) {
    const versions = changed.filter((key) => key.id === id);
    const groups = versions.map(({ version }) => index.sharedFiles({ key: id, version }));
    const files = (await Promise.all(groups)).flat().reduce((sum, group) => sum + group.files, 0);
    keys.push({ name: vault.tables.keys.get(id).name, files });
  }
  return {
    keys: keys.toSorted((a, b) => compareNames(a.name, b.name)),
    versions: changed.length,
  };
};

/** @returns whether it was not compromised before */
const compromise = (
  keys: Tables['keys'],
  { id, version }: WrappedMaterial,
  { time, since }: { readonly time: string; readonly since: string },
): boolean => {
  const { state, beforeDestroy } = keys.version(id, version);
  const isNewest = keys.get(id).version === version;
  const after = stateAfter('compromise', { state, isNewest, beforeDestroy });
  if (after === null || after === 'destroyed') return false;
  keys.setState(id, version, after, time);
  markCompromised(keys, { id, version }, since);
  return true;
};
