import * as v from 'valibot';
import { periodEnd } from '../../shared/key-life.ts';
import type { KeySummary } from '../../shared/keys.ts';
import type { ReportKind } from '../../shared/reports.ts';
import { no, none, tables as words, yes } from '../../shared/messages/reports/document.ts';
import { nothingDestroyed } from '../../shared/messages/failures/reports.ts';
import { bindingOf } from '../session/index.ts';
import { parseRow } from '../sqlite/index.ts';
import type { Vault } from '../vault/index.ts';
import type { ReportTable } from './report.ts';

/** What the vault knows beside its records, for the kinds of report that show it. */
export const tablesFor = (vault: Vault, { kind, key, used }: Wanted): ReportTable[] => {
  if (kind === 'key-inventory') return [inventory(vault, words.keys)];
  if (kind === 'key-life' && key !== null)
    return [inventory(vault, words.key, new Set([key])), versions(vault, key)];
  if (kind === 'destruction' && key !== null) return [destroyed(vault, key)];
  if (kind === 'token-evidence' || kind === 'ceremony') return evidence(vault);
  return used.size === 0 ? [] : [inventory(vault, words.keysInRecords, used)];
};

interface Wanted {
  readonly kind: ReportKind;
  /** The key that was asked for. */
  readonly key: string | null;
  /** Ids of the keys in the records. */
  readonly used: ReadonlySet<string>;
}

const inventory = (vault: Vault, title: string, only?: ReadonlySet<string>): ReportTable => ({
  title,
  columns: [...words.keyColumns],
  rows: vault.tables.keys
    .list()
    .filter(({ id }) => only === undefined || only.has(id))
    .map(keyRow),
});

const keyRow = (key: KeySummary): string[] => [
  key.name,
  key.id,
  key.custody,
  key.bulk,
  key.state,
  String(key.version),
  key.kcv ?? none,
  key.created,
  key.activated ?? words.never,
  periodEnd(key) ?? words.noEnd,
  yesNo(key.protected),
];

const versions = (vault: Vault, key: string): ReportTable => ({
  title: words.versions,
  columns: [...words.versionColumns],
  rows: vault.tables.keys
    .versions(key)
    .map((each) => [
      String(each.version),
      each.state,
      each.kcv ?? none,
      each.created,
      each.activated ?? no,
      each.deactivated ?? no,
      each.compromised ?? no,
      each.destroys ?? no,
      each.destroyed ?? no,
    ]),
});

/** @throws Failure `key-state` if no version of the key was destroyed */
const destroyed = (vault: Vault, id: string): ReportTable => {
  const key = vault.tables.keys.get(id);
  const versions = vault.tables.keys.versions(id).filter(({ state }) => state === 'destroyed');
  if (versions.length === 0) throw nothingDestroyed(key.name);
  return {
    title: words.destroyed,
    columns: [...words.destroyedColumns],
    rows: versions.map(({ version, kcv, created, destroyed: time }) => [
      ...[key.name, key.id, key.custody, String(version), kcv ?? none, created, time ?? ''],
      key.custody === 'resident' ? words.destroyedObject : words.destroyedCopy,
    ]),
  };
};

/** What of the stored evidence is shown; it was written by the probe. */
const evidenceSchema = v.looseObject({
  module: v.looseObject({ path: v.string(), version: v.string(), sha256: v.string() }),
  pairs: v.array(
    v.looseObject({
      custody: v.string(),
      bulk: v.string(),
      carried: v.boolean(),
      reason: v.string(),
    }),
  ),
  hardRequirements: v.array(v.looseObject({ met: v.boolean(), words: v.string() })),
  findings: v.array(
    v.looseObject({ check: v.string(), expected: v.string(), seen: v.string(), ok: v.boolean() }),
  ),
});

const evidence = (vault: Vault): ReportTable[] => {
  const profile = parseRow(evidenceSchema, bindingOf(vault.tables).profile);
  const { module, pairs, hardRequirements, findings } = profile;
  return [
    {
      title: words.library,
      columns: [...words.libraryColumns],
      rows: [[module.path, module.version, module.sha256]],
    },
    {
      title: words.supported,
      columns: [...words.supportedColumns],
      rows: pairs.map((pair) => [pair.custody, pair.bulk, yesNo(pair.carried), pair.reason]),
    },
    {
      title: words.requirements,
      columns: [...words.requirementColumns],
      rows: hardRequirements.map((each) => [each.words, yesNo(each.met)]),
    },
    {
      title: words.results,
      columns: [...words.resultColumns],
      rows: findings.map(({ check, expected, seen, ok }) => [check, expected, seen, yesNo(ok)]),
    },
  ];
};

const yesNo = (is: boolean): string => (is ? yes : no);
