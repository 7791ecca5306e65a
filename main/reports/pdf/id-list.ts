import { ids as words } from '../../../shared/messages/reports/pdf.ts';
import { n } from '../../../shared/numbers.ts';
import type { JsonObject } from '../../json/index.ts';
import { shortId } from '../render-words.ts';
import type { ReportView } from '../render-view.ts';
import { contentWidth, styles } from './theme.ts';
import type { Paper } from './paper.ts';
import { Table, textCell } from './table.ts';

interface Named {
  readonly id: string;
  readonly field: 'key' | 'batch';
  records: number;
  name: string;
}

/** The ids that the table of records shortens, in full. */
export const drawIds = (paper: Paper, view: ReportView): void => {
  const ids = idsOf(view);
  if (ids.length === 0) return;
  paper.need(120);
  paper.y += 14;
  paper.doc.outline.addItem(words.bookmark);
  const part = paper.part('Sect');
  paper.paragraph(part, words.title, styles.heading2, { tag: 'H2', after: 6 });
  const table = new Table(paper, part, [
    { title: words.columns.short, width: 70 },
    { title: words.columns.kind, width: 50 },
    { title: words.columns.id, width: 170 },
    { title: words.columns.records, width: 56, align: 'right' },
    { title: words.columns.name, width: contentWidth - 346 },
  ]);
  for (const { id, field, records, name } of ids)
    table.row([
      textCell(shortId(id), styles.monoSmall),
      textCell(words.kinds[field]),
      textCell(id, styles.monoSmall),
      textCell(n(records)),
      textCell(name),
    ]);
  table.end();
  part.end();
};

const idsOf = ({ records, keyNames }: ReportView): Named[] => {
  const found = new Map<string, Named>();
  for (const { record } of records)
    for (const field of ['key', 'batch'] as const) {
      const id = textOf(record.subject, field);
      if (id === '') continue;
      const known = found.get(id) ?? { id, field, records: 0, name: keyNames.get(id) ?? '' };
      known.records += 1;
      if (field === 'key' && known.name === '') known.name = textOf(record.subject, 'name');
      found.set(id, known);
    }
  return [...found.values()];
};

const textOf = (subject: JsonObject, field: string): string => {
  const value = subject[field];
  return typeof value === 'string' ? value : '';
};
