import { tables as words } from '../../../shared/messages/reports/pdf.ts';
import { printedTable } from '../readable-table.ts';
import type { ReportTable } from '../report.ts';
import type { ReportView } from '../render-view.ts';
import type { StructureElement } from './internals.ts';
import { contentWidth, styles, type TextStyle } from './theme.ts';
import type { Paper } from './paper.ts';
import { Table, textCell, type Column } from './table.ts';

const SAMPLE = 200;
const LEAST = 34;
/** A longer word is broken. */
const LONGEST_WORD = 150;
const GAP = 12;

/** The vault's own tables: keys, custodians, test results of the token. */
export const drawStatementTables = (paper: Paper, view: ReportView): void => {
  const { tables } = view.report.statement;
  if (tables.length === 0) return;
  paper.addPage();
  paper.doc.outline.addItem(words.title);
  const part = paper.part('Sect');
  paper.paragraph(part, words.title, styles.heading1, { tag: 'H1', after: 8 });
  for (const table of tables) drawTable(paper, part, printedTable(table));
  part.end();
};

const drawTable = (paper: Paper, part: StructureElement, given: ReportTable): void => {
  paper.need(90);
  paper.paragraph(part, given.title, styles.heading2, { tag: 'H2', after: 6 });
  const table = new Table(paper, part, fittedColumns(paper, given));
  for (const row of given.rows)
    table.row(row.map((text, at) => textCell(text, styleOf(given.columns[at] ?? '', text))));
  table.end();
  if (given.rows.length === 0) paper.paragraph(part, words.empty, styles.body);
  paper.y += 14;
};

/** Ids, hashes and check values are set in the mono face. */
const styleOf = (title: string, text: string): TextStyle =>
  title === 'KCV' || /^[0-9a-f]{16,}$/.test(text) ? styles.monoSmall : styles.cell;

/**
 * Columns as wide as their contents, if that fits. Otherwise each gets the width of its longest
 * word and a share of the rest. If not even that fits, the widest are cut.
 */
const fittedColumns = (paper: Paper, { columns, rows }: ReportTable): Column[] => {
  const cellsOf = (at: number): string[] => rows.slice(0, SAMPLE).map((row) => row[at] ?? '');
  const wanted = columns.map((title, at) => widestOf(paper, title, cellsOf(at)));
  const least = columns.map((title, at) =>
    Math.min(
      LONGEST_WORD,
      widestOf(
        paper,
        title,
        cellsOf(at).flatMap((text) => text.split(' ')),
      ),
    ),
  );
  const widths = shared(least, wanted);
  const left = contentWidth - sum(widths);
  return columns.map((title, at) => ({
    title,
    width: (widths[at] ?? LEAST) + (at === columns.length - 1 ? Math.max(0, left) : 0),
  }));
};

const widestOf = (paper: Paper, title: string, texts: readonly string[]): number =>
  Math.max(
    LEAST,
    paper.type.width(title, styles.tableHead) + GAP,
    ...texts.map((text) => paper.type.width(text, styleOf(title, text)) + GAP),
  );

const sum = (widths: readonly number[]): number => widths.reduce((all, width) => all + width, 0);

/** Between the needed and the wanted width, as near to the latter as there is room. */
const shared = (least: readonly number[], wanted: readonly number[]): number[] => {
  if (sum(wanted) <= contentWidth) return [...wanted];
  const spare = contentWidth - sum(least);
  if (spare < 0) return cut(least);
  const missing = wanted.map((width, at) => width - (least[at] ?? 0));
  return least.map((width, at) => width + (spare * (missing[at] ?? 0)) / sum(missing));
};

/** All above one width cut to it, so that they fit side by side. */
const cut = (widths: readonly number[]): number[] => {
  const ascending = [...widths].sort((a, b) => a - b);
  let room: number = contentWidth;
  for (const [at, width] of ascending.entries()) {
    const share = room / (ascending.length - at);
    if (width > share) return widths.map((one) => Math.min(one, share));
    room -= width;
  }
  return [...widths];
};
