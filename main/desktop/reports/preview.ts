import * as v from 'valibot';
import type { Input } from '../../../shared/contract.ts';
import type { Preview } from '../../../shared/contract/reports.ts';
import { toFailureData } from '../../../shared/failure.ts';
import { limits } from '../../../shared/limits.ts';
import { compareNames } from '../../../shared/names.ts';
import { reportKinds } from '../../../shared/reports.ts';
import { isProcessing } from '../../audit/index.ts';
import { consistencyProof, isConsistent } from '../../ledger/index.ts';
import {
  filterOfKind,
  fits,
  keysOf,
  limitsOf,
  openingOf,
  previousOf,
  type ReportFilter,
  type SelectedLine,
  selectFrom,
  Selection,
  tablesFor,
  timestampsOf,
} from '../../reports/index.ts';
import type { Vault } from '../../vault/index.ts';
import { estimateOf } from './estimate.ts';

/**
 * Counts what a report would contain, with the same code that makes it, from the ledger.
 * @param look called for each record, so that counting for an outdated request can stop
 */
export const previewOf = async (
  vault: Vault,
  { kind, filter: asked }: Input<'reports.preview'>,
  look: () => void,
): Promise<Preview> => {
  const filter = filterOfKind(kind, asked);
  const count = new Count(filter);
  const selection = new Selection(vault.tree, count.others, (line) => count.add(line));
  await selectFrom(vault, selection, look);
  const { range } = selection;
  const searched = range.last - range.first + 1;
  const { included: records, bytes } = count;
  const tables = tablesFor(vault, { kind, key: filter.key ?? null, used: count.keys });
  return {
    range: { ...range },
    counts: { searched, included: records, omitted: searched - records },
    ...count.facts(),
    sizes: estimateOf({ kind, records, bytes, tables }),
    ...(await proofsOf(vault, range)),
    limits: limitsOf(filter, vault.tables.meta.isEvaluation()),
    refusal: refusalOf(vault),
  };
};

class Count {
  readonly #filter: ReportFilter;
  /** Without the user and the action: the available ones are listed. */
  readonly others: ReportFilter;
  readonly #users = new Set<string>();
  readonly #known = new Set<string>();
  /** Ids of those in the records that are included. */
  readonly keys = new Set<string>();
  #receipts = 0;
  #from: string | null = null;
  #to: string | null = null;
  included = 0;
  /** Of the lines that are included. */
  bytes = 0;

  constructor(filter: ReportFilter) {
    this.#filter = filter;
    this.others = { ...filter };
    delete this.others.user;
    delete this.others.action;
  }

  add({ record, proved: { line } }: SelectedLine): void {
    this.#known.add(record.actor.user);
    if (!fits(record, this.#filter)) return;
    this.included += 1;
    this.#users.add(record.actor.user);
    for (const { id } of keysOf(record)) this.keys.add(id);
    if (isProcessing(record)) this.#receipts += 1;
    this.bytes += line.length;
    this.#from ??= record.time;
    this.#to = record.time;
  }

  facts(): Pick<Preview, 'from' | 'to' | 'receipts' | 'users' | 'knownUsers'> {
    return {
      from: this.#from,
      to: this.#to,
      receipts: this.#receipts,
      users: this.#users.size,
      knownUsers: [...this.#known].sort(compareNames).slice(0, limits.listLength),
    };
  }
}

const proofsOf = async (
  vault: Vault,
  range: Selection['range'],
): Promise<Pick<Preview, 'signsPdf' | 'opening' | 'previous' | 'timestamps'>> => {
  const keys = vault.tables.meta.signingKeys();
  const key = vault.checkpointKey;
  return {
    signsPdf: (keys?.reportCertificate ?? null) !== null,
    opening: openingOf(vault, key, range.first - 1) !== null,
    previous: await previousReport(vault),
    timestamps: (await timestampsOf(vault, vault.head.size)).length,
  };
};

const exportSchema = v.object({ kind: v.picklist(reportKinds) });

const previousReport = async (vault: Vault): Promise<Preview['previous']> => {
  const key = vault.checkpointKey;
  const last = vault.facts.lastReport;
  const before = previousOf(vault, key);
  if (before === null || last === null) return null;
  const found = await (await vault.audit()).line(last.record);
  const details = v.safeParse(exportSchema, found?.record.details);
  const { size, root, made } = before;
  const kind = details.success ? details.output.kind : 'activity';
  return { kind, made, size, inside: isInside(vault, { size, root }) };
};

/** Whether the ledger still starts with the records of that head: the proof in the report. */
const isInside = ({ tree }: Vault, { size, root }: { size: number; root: string }): boolean =>
  size <= tree.size &&
  isConsistent(
    { size, root: Buffer.from(root, 'hex') },
    { size: tree.size, root: tree.root(tree.size) },
    consistencyProof(tree, size, tree.size),
  );

const refusalOf = (vault: Vault): Preview['refusal'] => {
  const { restriction } = vault;
  return restriction === null ? null : toFailureData(restriction);
};
