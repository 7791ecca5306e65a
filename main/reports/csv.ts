import { digestAlgorithms, digestIn } from '../../shared/file-digest.ts';
import { cover } from '../../shared/messages/reports/csv.ts';
import { kindNames, no, yes } from '../../shared/messages/reports/document.ts';
import { readableTable } from './readable-table.ts';
import type { Json } from '../json/index.ts';
import { completeness, filterWords } from './render-words.ts';
import type { RenderedRecord, ReportView } from './render-view.ts';
import { toCsv } from './spreadsheet.ts';

const columns = [
  'seq',
  'time_utc',
  'clock',
  'user',
  'host',
  'app',
  'token_label',
  'token_serial',
  'action',
  'outcome',
  'code',
  'made_while_locked',
  'authenticated',
  'key',
  'key_version',
  'batch',
  'name',
  'input',
  'output',
  'bytes',
  ...digestAlgorithms,
  'subject_json',
  'details_json',
] as const;

/**
 * A report for a spreadsheet: what it is and the SHA-256 of the JSON, the vault's tables, then
 * one row for each record.
 */
export const renderCsv = (view: ReportView): string => {
  const tables = view.report.statement.tables
    .map(readableTable)
    .flatMap(({ title, columns: heads, rows }) => [[], [title], heads, ...rows]);
  const rows = [...preamble(view), ...tables, [], [...columns], ...view.records.map(rowOf)];
  return toCsv(rows);
};

const preamble = ({ report, jsonSha256 }: ReportView): string[][] => {
  const { statement, checkpoints, key } = report;
  return [
    [cover.report, statement.title],
    [cover.kind, kindNames[statement.kind]],
    [cover.jsonSha256, jsonSha256],
    [...cover.note],
    [cover.made, statement.made],
    [cover.vault, statement.vault.name ?? ''],
    [cover.vaultId, statement.vault.id],
    [cover.evaluation, statement.vault.evaluation ? cover.isEvaluation : no],
    [cover.filter, filterWords(statement)],
    [cover.first, String(statement.range.first)],
    [cover.last, String(statement.range.last)],
    [cover.completeness, completeness(statement)],
    [cover.checkpoint, `${checkpoints.closing.origin} ${checkpoints.closing.size}`],
    [cover.root, checkpoints.closing.root],
    [cover.fingerprint, key.fingerprint],
  ];
};

const rowOf = ({ record, madeWhileLocked, notAuthenticated }: RenderedRecord): string[] => {
  const { actor, subject, details } = record;
  const digest = digestIn(details);
  return [
    String(record.seq),
    record.time,
    record.clock,
    actor.user,
    actor.host,
    actor.app,
    actor.token?.label ?? '',
    actor.token?.serial ?? '',
    record.action,
    record.outcome,
    record.code ?? '',
    madeWhileLocked ? yes : no,
    notAuthenticated ? no : yes,
    cell(subject['key']),
    cell(subject['version']),
    cell(subject['batch']),
    cell(subject['name']),
    cell(subject['input']),
    cell(subject['output']),
    cell(details['bytes']),
    ...digestAlgorithms.map((name) => (digest?.algorithm === name ? digest.hex : '')),
    JSON.stringify(subject),
    JSON.stringify(details),
  ];
};

const cell = (value: Json | undefined): string => {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
};
