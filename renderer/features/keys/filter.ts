import type { KeyRow } from '../../../shared/contract/keys.ts';
import { custodyPairs, keyStates, type KeyState } from '../../../shared/keys.ts';
import { compareNames } from '../../../shared/names.ts';
import { protectionName, protectionOf, type ProtectionId } from '../../lib/presets.ts';
import type { Sort } from '../../lib/ui/table.ts';

export type KeyColumn = 'name' | 'state' | 'protection' | 'version' | 'kcv' | 'used';

export interface KeyFilter {
  readonly text: string;
  readonly state: KeyState | null;
  readonly protection: ProtectionId | null;
}

const holds = (key: KeyRow, text: string): boolean =>
  key.name.toLowerCase().includes(text) ||
  key.id.startsWith(text.replaceAll(' ', '')) ||
  (key.kcv?.startsWith(text) ?? false);

const fits = (key: KeyRow, { text, state, protection }: KeyFilter): boolean =>
  (state === null || key.state === state) &&
  (protection === null || protectionOf(key) === protection) &&
  (text === '' || holds(key, text));

type Compare = (a: KeyRow, b: KeyRow) => number;
const byName: Compare = (a, b) => compareNames(a.name, b.name);

const strength = (key: KeyRow): number =>
  custodyPairs.findIndex(({ custody, bulk }) => custody === key.custody && bulk === key.bulk);

const compare: Readonly<Record<KeyColumn, Compare>> = {
  name: byName,
  state: (a, b) => keyStates.indexOf(a.state) - keyStates.indexOf(b.state),
  protection: (a, b) =>
    strength(a) - strength(b) || compareNames(protectionName(a), protectionName(b)),
  version: (a, b) => a.version - b.version,
  kcv: (a, b) => (a.kcv ?? '').localeCompare(b.kcv ?? ''),
  used: (a, b) => (a.lastUsed ?? '').localeCompare(b.lastUsed ?? ''),
};

/** Equal ones follow each other by name. */
export const filterKeys = (
  keys: readonly KeyRow[],
  filter: KeyFilter,
  sort: Sort<KeyColumn>,
): readonly KeyRow[] => {
  const wanted = { ...filter, text: filter.text.trim().toLowerCase() };
  const turn = sort.descending ? -1 : 1;
  return keys
    .filter((key) => fits(key, wanted))
    .sort((a, b) => turn * compare[sort.by](a, b) || byName(a, b));
};
