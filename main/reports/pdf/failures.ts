import { counted, n } from '../../../shared/numbers.ts';
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
  paper.doc.outline.addItem('Refused and failed');
  const part = paper.part('Sect');
  paper.paragraph(part, 'Refused and failed', styles.heading1, { tag: 'H1', after: 4 });
  const all = counted(view.records.length, 'record');
  const words = `${n(bad.length)} of ${all}. They also stand in their place among all records.`;
  paper.paragraph(part, words, styles.body, { after: 10 });
  const table = new Table(paper, part, recordColumns);
  const { keyNames } = view;
  for (const each of bad.slice(0, MOST_ROWS))
    table.row(recordCells(each, { keyNames, withHashes: false }));
  table.end();
  const rest = bad.length - MOST_ROWS;
  if (rest > 0)
    paper.paragraph(part, `${counted(rest, 'more', 'more')}, among all records.`, styles.label);
  part.end();
};
