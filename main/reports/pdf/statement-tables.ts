import type { ReportTable } from '../report.ts';
import type { ReportView } from '../render-view.ts';
import type { StructureElement } from './internals.ts';
import { contentWidth, styles, type TextStyle } from './look.ts';
import type { Paper } from './paper.ts';
import { Table, textCell, type Column } from './table.ts';

const SAMPLE = 200;
const LEAST = 44;
const GAP = 12;

/** The vault's own tables: keys, custodians, what the token was seen to do. */
export const drawStatementTables = (paper: Paper, view: ReportView): void => {
  const { tables } = view.report.statement;
  if (tables.length === 0) return;
  paper.addPage();
  paper.doc.outline.addItem('What the vault holds');
  const part = paper.part('Sect');
  paper.paragraph(part, 'What the vault holds', styles.heading1, { tag: 'H1', after: 8 });
  for (const table of tables) drawTable(paper, part, table);
  part.end();
};

const drawTable = (paper: Paper, part: StructureElement, given: ReportTable): void => {
  paper.need(90);
  paper.paragraph(part, given.title, styles.heading2, { tag: 'H2', after: 6 });
  const table = new Table(paper, part, fittedColumns(paper, given));
  for (const row of given.rows) table.row(row.map((text) => textCell(text, styleOf(text))));
  table.end();
  if (given.rows.length === 0) paper.paragraph(part, 'None.', styles.body);
  paper.y += 14;
};

const styleOf = (text: string): TextStyle =>
  /^[0-9a-f]{6,}$/.test(text) ? styles.monoSmall : styles.cell;

/**
 * Columns as wide as what they hold where that fits; else the widest ones share what the others
 * leave.
 */
const fittedColumns = (paper: Paper, { columns, rows }: ReportTable): Column[] => {
  const wanted = columns.map((title, at) => {
    const cells = rows.slice(0, SAMPLE).map((row) => row[at] ?? '');
    const widths = cells.map((text) => paper.type.width(text, styleOf(text)));
    return Math.max(
      LEAST,
      paper.type.width(title, styles.tableHead) + GAP,
      ...widths.map((w) => w + GAP),
    );
  });
  const widest = limitFor(wanted);
  const widths = wanted.map((width) => Math.min(width, widest));
  const left = contentWidth - widths.reduce((sum, width) => sum + width, 0);
  return columns.map((title, at) => ({
    title,
    width: (widths[at] ?? LEAST) + (at === columns.length - 1 ? Math.max(0, left) : 0),
  }));
};

/** The width above which columns are cut so that all fit side by side. */
const limitFor = (wanted: readonly number[]): number => {
  const ascending = [...wanted].sort((a, b) => a - b);
  let room = contentWidth;
  for (const [at, width] of ascending.entries()) {
    const share = room / (ascending.length - at);
    if (width > share) return share;
    room -= width;
  }
  return contentWidth;
};
