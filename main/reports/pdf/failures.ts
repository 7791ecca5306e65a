import { failures as words } from '../../../shared/messages/reports/pdf.ts';
import type { RenderedRecord, ReportView } from '../render-view.ts';
import { styles } from './theme.ts';
import type { Paper } from './paper.ts';
import { recordCells, recordColumns } from './record-table.ts';
import { Table } from './table.ts';

/** More would push what follows too far back. */
const MOST_ROWS = 500;

export const notDone = ({ records }: ReportView): readonly RenderedRecord[] =>
  records.filter(({ record }) => record.outcome !== 'ok');

/** Refused and failed records, before everything else; they are among the other records too. */
export const drawFailures = (paper: Paper, view: ReportView): void => {
  const bad = notDone(view);
  if (bad.length === 0) return;
  paper.addPage();
  paper.doc.outline.addItem(words.title);
  const part = paper.part('Sect');
  paper.paragraph(part, words.title, styles.heading1, { tag: 'H1', after: 4 });
  paper.paragraph(part, words.count(bad.length, view.records.length), styles.body, { after: 10 });
  const table = new Table(paper, part, recordColumns);
  const { keyNames } = view;
  for (const each of bad.slice(0, MOST_ROWS))
    table.row(recordCells(each, { keyNames, withHashes: false }));
  table.end();
  const rest = bad.length - MOST_ROWS;
  if (rest > 0) paper.paragraph(part, words.more(rest), styles.label);
  part.end();
};
