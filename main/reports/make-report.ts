import { createHash } from 'node:crypto';
import path from 'node:path';
import { parse } from 'valibot';
import type { ReportKind } from '../../shared/reports.ts';
import { recordChangedWhileOpen } from '../../shared/messages/failures/ledger.ts';
import {
  batchOfReportMissing,
  cannotProve,
  endsBeforeStart,
  keyOfReportMissing,
} from '../../shared/messages/failures/reports.ts';
import { type JsonObject, jsonObjectSchema } from '../json/index.ts';
import {
  consistencyProof,
  leafHash,
  type LedgerRecord,
  sharedInclusionProof,
} from '../ledger/index.ts';
import {
  type Checkpoint,
  type CheckpointKey,
  fingerprintOf,
  noteKeyOf,
  openCheckpoint,
  originText,
  pemOf,
  verifierKey,
} from '../pki/index.ts';
import { anchorWords, type VaultSession } from '../session/index.ts';
import { sha256 } from '../system/index.ts';
import type { Vault } from '../vault/index.ts';
import { refuseCancelled, unlessCancelled } from './cancelling.ts';
import { keysOf } from './key-names.ts';
import { limitsOf } from './limits.ts';
import { refuseTooMany } from './pdf-limit.ts';
import {
  evidenceRecords,
  REPORT_FORMAT,
  type ReportCheckpoint,
  type ReportDocument,
  type ReportFilter,
  type ReportPublicKey,
  type ReportRecord,
  type ReportStatement,
} from './report.ts';
import { type SelectedLine, selectFrom, Selection } from './selection.ts';
import { tablesFor } from './tables.ts';
import { timestampsOf } from './timestamps.ts';

/** What a report needs of an unlocked vault. */
export type ReportSession = Pick<VaultSession, 'vault' | 'vaultDir' | 'token' | 'checkpoint'>;

export interface ReportRequest {
  readonly kind: ReportKind;
  readonly filter: ReportFilter;
  /** One line for the cover, like "Activity in January". */
  readonly title: string;
  /** Limit of records; more are refused before anything is recorded. */
  readonly most?: number;
  /** Cancels it. After its record is written, this is the vault's newest report. */
  readonly signal?: AbortSignal;
}

const CEREMONY = 'vault.create,vault.epoch,vault.rollback,token.,key.,recovery.,custodian.,policy.';

/** The fixed filter of each kind of report. */
export const filterOfKind = (kind: ReportKind, filter: ReportFilter): ReportFilter => {
  if (kind === 'key-inventory') return { ...filter, action: filter.action ?? 'key.' };
  if (kind === 'ceremony') return { ...filter, action: filter.action ?? CEREMONY };
  if (kind === 'token-evidence')
    return { ...filter, action: filter.action ?? 'vault.create,vault.epoch,token.' };
  if ((kind === 'key-life' || kind === 'destruction') && filter.key === undefined)
    throw keyOfReportMissing();
  if (kind === 'destruction') return { ...filter, action: filter.action ?? 'key.' };
  if (kind === 'batch-receipts' && filter.batch === undefined) throw batchOfReportMissing();
  return filter;
};

const refuseNoTime = ({ since, until }: ReportFilter): void => {
  if (since === undefined || until === undefined || since < until) return;
  throw endsBeforeStart();
};

/**
 * Makes a report and records that it was made: the record contains the SHA-256 of what the report
 * states, and the closing checkpoint covers that record.
 * @throws Failure 'not-logged-in' | 'usage' | 'report-unproved' | 'cancelled' and those of token and
 * disk
 */
export const makeReport = async (
  session: ReportSession,
  request: ReportRequest,
): Promise<ReportDocument> => {
  const { vault } = session;
  const key = vault.checkpointKey;
  const filter = filterOfKind(request.kind, request.filter);
  refuseNoTime(filter);
  const timestamps = await timestampsOf(vault, vault.head.size);
  const lines: SelectedLine[] = [];
  const selection = new Selection(vault.tree, filter, (line) => lines.push(line));
  const end = await selectFrom(vault, selection, () => refuseCancelled(request.signal));
  if (request.most !== undefined) refuseTooMany(lines.length, request.most);
  // From here to the record there is no waiting, so that few other records come in between.
  const opening = openingOf(vault, key, selection.range.first - 1);
  const boundary = { opening, previous: previousOf(vault, key), timestamps };
  const statement = state(
    session,
    { ...request, filter },
    { range: selection.range, lines },
    boundary,
  );
  const exported = await recordExport(vault, statement);
  const closing = await unlessCancelled(session.checkpoint(), request.signal);
  if (closing === null || closing.size < exported.seq) throw cannotProve();
  const records = lines.map(({ proved }) => proved);
  const evidence = await evidenceOf(vault, selection, { end, exported: exported.seq });
  const { previous } = statement;
  return {
    format: REPORT_FORMAT,
    statement,
    records,
    evidence,
    inclusion: sharedInclusionProof(
      vault.tree,
      leavesOf([...evidenceRecords(evidence), ...records]),
      closing.size,
    ).map(hex),
    checkpoints: {
      opening: opening && describe(vault, opening),
      closing: describe(vault, closing),
    },
    consistency: {
      fromOpening: opening && consistencyProof(vault.tree, opening.size, closing.size).map(hex),
      fromPrevious: previous && consistencyProof(vault.tree, previous.size, closing.size).map(hex),
    },
    key: publicKey(vault, key),
    timestamps,
  };
};

const hex = (hash: Buffer): string => hash.toString('hex');

const leavesOf = (records: readonly ReportRecord[]): number[] =>
  [...new Set(records.map(({ seq }) => seq - 1))].toSorted((a, b) => a - b);

/** @param at where the ledger ended when it was selected, and the record of the export */
const evidenceOf = async (
  vault: Vault,
  selection: Selection,
  at: { readonly end: number; readonly exported: number },
): Promise<ReportDocument['evidence']> => {
  const { before, after } = selection.beside;
  const followers: ReportRecord[] = [];
  let seq = selection.size;
  await vault.readLedger(at.end, (line) => {
    seq += 1;
    if (seq > at.exported) return;
    const leaf = leafHash(line);
    if (!leaf.equals(vault.tree.leaf(seq - 1))) throw recordChangedWhileOpen(seq);
    followers.push({ seq, leaf: hex(leaf), line: line.toString('utf8') });
  });
  const exported = followers.pop();
  if (exported?.seq !== at.exported) throw recordChangedWhileOpen(at.exported);
  return {
    first: selection.opening,
    before,
    after: after === null ? followers : [after],
    export: exported,
  };
};

type Previous = ReportStatement['previous'];

/** The records before and after a report. */
interface Boundary {
  readonly opening: Checkpoint | null;
  readonly previous: Previous;
  readonly timestamps: ReportDocument['timestamps'];
}

const state = (
  session: ReportSession,
  { kind, title, filter }: ReportRequest,
  { range, lines }: Pick<Selection, 'range'> & { readonly lines: readonly SelectedLine[] },
  { opening, previous, timestamps }: Boundary,
): ReportStatement => {
  const { vault, token } = session;
  const { facts, stamp } = vault;
  const searched = range.last - range.first + 1;
  const included = createHash('sha256');
  const used = new Set<string>();
  for (const { proved, record } of lines) {
    included.update(`${proved.line}\n`);
    for (const { id } of keysOf(record)) used.add(id);
  }
  return {
    kind,
    title,
    made: stamp.clock.now().toISOString(),
    by: stamp.actor(),
    vault: {
      id: vault.id,
      name: path.basename(session.vaultDir),
      epoch: facts.epoch,
      created: facts.first?.time ?? '',
      evaluation: vault.tables.meta.isEvaluation(),
      anchor: anchorWords(vault),
    },
    token: {
      label: token.label,
      serial: token.serial,
      manufacturer: token.manufacturer,
      model: token.model,
      firmware: token.firmware,
    },
    filter,
    range,
    counts: { searched, included: lines.length, omitted: searched - lines.length },
    recordsSha256: included.digest('hex'),
    tables: tablesFor(vault, { kind, key: filter.key ?? null, used }),
    previous,
    unsignedWhenMade: lines.flatMap(({ record }) => unsignedIn(record)),
    limits: limitsOf(filter, vault.tables.meta.isEvaluation()),
    opening: opening && { size: opening.size, root: opening.root },
    timestamps: timestamps.map(({ reply }) => sha256(Buffer.from(reply, 'base64'))),
    carried: vault.facts.carried ?? 1,
  };
};

/** An unlock names the records that were written when nothing could sign. */
const unsignedIn = ({ action, details }: LedgerRecord): { first: number; last: number }[] => {
  const { cannotProve: range } = details;
  if (action !== 'vault.unlock' || typeof range !== 'object' || range === null) return [];
  const { first, last } = range as { first?: unknown; last?: unknown };
  return typeof first === 'number' && typeof last === 'number' ? [{ first, last }] : [];
};

/** What a record about a report is about, beside the report. */
export const subjectOf = ({ key, batch }: ReportFilter): JsonObject => ({
  ...(key && { key }),
  ...(batch && { batch }),
});

const recordExport = async (vault: Vault, statement: ReportStatement): Promise<LedgerRecord> => {
  const { kind, filter, range, counts } = statement;
  const [record] = await vault.record([
    {
      action: 'report.export',
      subject: subjectOf(filter),
      outcome: 'ok',
      details: {
        kind,
        filter: parse(jsonObjectSchema, { ...filter }),
        range: { ...range },
        counts: { ...counts },
        statement: sha256(Buffer.from(JSON.stringify(statement))),
      },
    },
  ]);
  if (record === undefined) throw new Error('the export was not recorded');
  return record;
};

/** The newest checkpoint by our key that covers at most this many records. */
export const openingOf = (vault: Vault, key: CheckpointKey, size: number): Checkpoint | null => {
  for (const { note } of vault.checkpoints.filter((each) => each.size <= size).toReversed()) {
    const opened = openCheckpoint(note, key, vault.id);
    if (opened?.epoch === vault.origin.epoch) return opened;
  }
  return null;
};

/** The first checkpoint after the newest export: the one that closes that report. */
export const previousOf = (vault: Vault, key: CheckpointKey): Previous => {
  const last = vault.facts.lastReport;
  if (last === null) return null;
  const kept = vault.checkpoints.find(({ size }) => size >= last.record);
  const opened = kept === undefined ? null : openCheckpoint(kept.note, key, vault.id);
  if (opened === null) return null;
  return { size: opened.size, root: opened.root, sha256: last.sha256, made: last.made };
};

const describe = (vault: Vault, checkpoint: Checkpoint): ReportCheckpoint => ({
  origin: originText(vault.origin),
  size: checkpoint.size,
  root: checkpoint.root,
  note: checkpoint.note,
  text: checkpoint.text,
  signature: checkpoint.signature.toString('base64'),
});

const publicKey = (vault: Vault, key: CheckpointKey): ReportPublicKey => {
  const { spki } = key;
  return {
    algorithm: key.curve === 'ed25519' ? 'Ed25519' : 'ECDSA-P256-SHA256',
    pem: pemOf(spki),
    fingerprint: fingerprintOf(spki),
    vkey: verifierKey(noteKeyOf(key, vault.origin)),
  };
};
