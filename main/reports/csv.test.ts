import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { renderCsv } from './csv.ts';
import { sampleReport } from './pdf/testing/sample-report.ts';
import { ask, withFile } from './pdf/testing/tools.ts';
import { viewOf } from './pdf/testing/view-of.ts';
import { encodeReport, type ReportDocument } from './report.ts';

/** Read by another program: Python's csv module, as a spreadsheet would (BOM taken off). */
const read = (report: ReportDocument): string[][] => {
  const script =
    'import csv,json,sys; print(json.dumps(list(csv.reader(open(sys.argv[1], newline="", encoding="utf-8-sig")))))';
  const json = withFile(renderCsv(viewOf(report)), (path) => ask('python3', ['-c', script, path]));
  return v.parse(v.array(v.array(v.string())), JSON.parse(json));
};

const recordRows = (rows: readonly string[][]): readonly string[][] =>
  rows.slice(rows.findIndex(([first]) => first === 'seq'));

test('the first lines say what it is and print the SHA-256 of the JSON', () => {
  const report = sampleReport({ records: 30, evaluation: true });
  const rows = read(report);
  const hash = createHash('sha256').update(encodeReport(report)).digest('hex');
  expect(rows).toContainEqual(['SHA-256 of the JSON file', hash]);
  expect(rows.slice(0, 14).flat().join(' ')).toContain('EVALUATION');
  expect(rows).toContainEqual(['Root of the checkpoint', report.checkpoints.closing.root]);
});

test('every record is one row, in order, with its ids, hashes and words whatever their script', () => {
  const report = sampleReport({ records: 30 });
  const [heads = [], ...rows] = recordRows(read(report));
  expect(rows.map(([seq]) => Number(seq))).toEqual(report.records.map(({ seq }) => seq));
  const column = (name: string): string[] => rows.map((row) => row[heads.indexOf(name)] ?? '');
  expect(column('input')).toContain('/home/desk/papers/日本語/契約書・最終版.pdf');
  expect(column('input')).toContain('/home/desk/papers/تقارير/عقد نهائي (2026).pdf');
  expect(column('made_while_locked').slice(0, 6)).toEqual(['no', 'no', 'no', 'yes', 'yes', 'no']);
  const lines = report.records.map(({ line }) => JSON.parse(line) as { details: object });
  expect(column('details_json')).toEqual(lines.map(({ details }) => JSON.stringify(details)));
});

test('text that a spreadsheet would treat as a formula is escaped', () => {
  const report = sampleReport({ records: 1 });
  const evil = ['=HYPERLINK("http://example.invalid")', '+1', '-1', '@SUM(1)', '\tx', '\rx'];
  const table = { title: '=1+1', columns: ['=A1'], rows: evil.map((text) => [text]) };
  const rows = read({ ...report, statement: { ...report.statement, tables: [table] } });
  for (const text of ['=1+1', '=A1', ...evil]) {
    expect(rows).not.toContainEqual([text]);
    expect(rows).toContainEqual([`'${text}`]);
  }
});

test('keys are in the words of the window, not in those of the file format', () => {
  const rows = read(sampleReport({ records: 1 }));
  const key = rows.find(([name]) => name === 'Contracts & leases <2026>');
  expect(key).toContain('Unwrapped only in the token');
  expect(key).toContain('In this computer');
  expect(key).toContain('Active');
  expect(key).not.toContain('hsm-only');
});

test('a line break in a name does not start a row', () => {
  const report = sampleReport({ records: 1 });
  const evil = 'a\n=HYPERLINK("http://example.invalid")\r=1';
  const table = { title: 'Keys', columns: ['Name', 'Id'], rows: [[evil, 'x']] };
  const rows = read({ ...report, statement: { ...report.statement, tables: [table] } });
  expect(rows).toContainEqual([evil, 'x']);
});

test('a cell with the separators of other spreadsheets is quoted', () => {
  const report = sampleReport({ records: 1 });
  const table = { title: 'Keys', columns: ['Name', 'Id'], rows: [['a;=1+1', 'b\t=1']] };
  const text = renderCsv(
    viewOf({ ...report, statement: { ...report.statement, tables: [table] } }),
  );
  expect(text).toContain('\r\n"a;=1+1","b\t=1"\r\n');
});

test('a report without records is a table without rows', () => {
  expect(recordRows(read(sampleReport({ records: 0 })))).toHaveLength(1);
});
