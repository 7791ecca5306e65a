import type { Input, Output } from '../../../shared/contract.ts';
import type { KeyRow } from '../../../shared/contract/keys.ts';
import { periodEnd } from '../../../shared/key-life.ts';
import type { KeySummary } from '../../../shared/keys.ts';
import { limits } from '../../../shared/limits.ts';
import { changeKey, createKey, destroyNow, rotationOf } from '../../keys/index.ts';
import type { KeyUse } from '../../audit/index.ts';
import { type OpenVault, rowsOf } from '../vault/index.ts';

const HISTORY = 50;

export const listKeys = async (open: OpenVault): Promise<KeyRow[]> => {
  const uses = await usesOf(open);
  return open.vault.tables.keys.list().map((key) => keyRow(open, key, uses(key.id)));
};

export const makeKey = async (
  open: OpenVault,
  request: Input<'keys.create'>,
): Promise<Output<'keys.create'>> => {
  const { key } = await createKey(open.session, request);
  return recorded(open, key);
};

export const changeKeyOf = async (
  open: OpenVault,
  { id, destroyNow: grounds, ...change }: Input<'keys.change'>,
): Promise<Output<'keys.change'>> => {
  const request = { key: id, ...change };
  const { key } =
    grounds === undefined
      ? await changeKey(open.session, request)
      : await destroyNow(open.session, request, grounds);
  return recorded(open, key);
};

const recorded = async (open: OpenVault, key: KeySummary): Promise<Output<'keys.change'>> => {
  const uses = await usesOf(open);
  return { key: keyRow(open, key, uses(key.id)), record: open.vault.head.size };
};

export const keyDetail = async (
  open: OpenVault,
  { id }: Input<'keys.detail'>,
): Promise<Output<'keys.detail'>> => {
  const key = open.vault.tables.keys.get(id);
  const index = await open.vault.audit();
  const uses = (await usesOf(open))(key.id);
  const acts = await index.query({ key: key.id, actsOnly: true, limit: HISTORY });
  const { total } = await index.query({ key: key.id, limit: 1 });
  const versions = open.vault.tables.keys.versions(id).map(async (version) => ({
    ...version,
    ...useOf(uses.filter((use) => use.version === version.version)),
    refused: await index.refusedUse({ key: id, version: version.version }),
  }));
  return {
    key: keyRow(open, key, uses),
    versions: await Promise.all(versions),
    history: await rowsOf(acts.lines, open),
    records: total,
    seals: sealsOf(open, key),
  };
};

/**
 * Encryptions of the current version with random nonces. Token keys only wrap, so they have none.
 */
export const sealsOf = (
  { vault }: OpenVault,
  key: KeySummary,
): { used: number; limit: number } | null =>
  key.bulk === 'host'
    ? {
        used: vault.tables.seals.reserved(`${key.id}/${key.version}`),
        limit: limits.sealsPerKey,
      }
    : null;

type UsesOf = (id: string) => readonly KeyUse[];

const usesOf = async ({ vault }: OpenVault): Promise<UsesOf> => {
  const byKey = new Map<string, KeyUse[]>();
  for (const use of await (await vault.audit()).uses())
    byKey.set(use.key, [...(byKey.get(use.key) ?? []), use]);
  return (id) => byKey.get(id) ?? [];
};

const keyRow = ({ vault }: OpenVault, key: KeySummary, uses: readonly KeyUse[]): KeyRow => ({
  ...key,
  rotation: rotationOf(vault.tables, key, vault.now),
  periodEnds: periodEnd(key),
  ...useOf(uses),
});

const useOf = (uses: readonly KeyUse[]): { files: number; lastUsed: string | null } => ({
  files: uses.reduce((sum, { files }) => sum + files, 0),
  lastUsed: uses.reduce<string | null>(
    (last, each) => (last === null || each.last > last ? each.last : last),
    null,
  ),
});
