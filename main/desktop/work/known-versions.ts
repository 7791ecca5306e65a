import type { KnownVersion } from '../../../shared/contract/work.ts';
import { limits } from '../../../shared/limits.ts';
import type { KeyUse } from '../../audit/index.ts';
import type { KeyReader } from '../../keystore/index.ts';

/** The versions of the keys that a batch took files to or from. */
export const knownVersions = (
  keys: KeyReader,
  before: readonly KeyUse[],
  after: readonly KeyUse[],
): KnownVersion[] => {
  const [were, are] = [countsOf(before), countsOf(after)];
  return keys
    .list()
    .map(({ id, name }) =>
      keys.versions(id).map(({ version, state, destroys }) => {
        const slot = `${id}/${version}`;
        const counts = { before: were.get(slot) ?? 0, after: are.get(slot) ?? 0 };
        return { id, name, version, state, destroys, ...counts };
      }),
    )
    .filter((versions) => versions.some((each) => each.before !== each.after))
    .flat()
    .filter((each) => each.before + each.after > 0)
    .slice(0, limits.listLength);
};

const countsOf = (uses: readonly KeyUse[]): ReadonlyMap<string, number> =>
  new Map(uses.map(({ key, version, files }) => [`${key}/${version}`, files]));
