import { actionName } from '../../../shared/messages/actions.ts';
import { outcomeNames } from '../../../shared/messages/reports/document.ts';
import { records as words } from '../../../shared/messages/reports/pdf.ts';
import { n } from '../../../shared/numbers.ts';
import { aboutRecord, clockOf, dayOf } from '../render-words.ts';
import type { RenderedRecord, ReportView } from '../render-view.ts';
import { addBookmark } from './internals.ts';
import { colour, contentWidth, styles } from './theme.ts';
import type { Paper } from './paper.ts';
import { Table, type Cell, type Column } from './table.ts';

export const recordColumns: readonly Column[] = [
  { title: words.columns.record, width: 50, align: 'right' },
  { title: words.columns.time, width: 54 },
  { title: words.columns.action, width: 76 },
  { title: words.columns.outcome, width: 74 },
  { title: words.columns.who, width: 56 },
  { title: words.columns.about, width: contentWidth - 310 },
];

const MOST_DAYS_MARKED = 62;
const ROWS_BETWEEN_REPORTS = 100;

/** All records of the report, the oldest first, with a bookmark for each day or month. */
export const drawRecords = (
  paper: Paper,
  view: ReportView,
  onRecords: (more: number) => void,
): void => {
  const { records } = view;
  paper.addPage();
  const bookmark = paper.doc.outline.addItem(words.title, { expanded: false });
  const part = paper.part('Sect');
  paper.paragraph(part, words.title, styles.heading1, { tag: 'H1', after: 4 });
  // Receipts are compared with files.
  const withHashes = view.report.statement.kind === 'batch-receipts';
  const lead = [words.count(records.length), ...(withHashes ? [words.hashes] : [])].join(' ');
  paper.paragraph(part, lead, styles.body, { after: 10 });
  const table = new Table(paper, part, recordColumns);
  const days = new Set(records.map(({ record }) => dayOf(record.time))).size;
  const length = days <= MOST_DAYS_MARKED ? 'yyyy-mm-dd'.length : 'yyyy-mm'.length;
  let period = '';
  let day = '';
  for (const [at, rendered] of records.entries()) {
    if (at > 0 && at % ROWS_BETWEEN_REPORTS === 0) onRecords(ROWS_BETWEEN_REPORTS);
    const { time } = rendered.record;
    const newDay = dayOf(time) !== day;
    const pageNumber = table.row(
      recordCells(rendered, { keyNames: view.keyNames, withHashes }),
      newDay,
    );
    day = dayOf(time);
    if (time.slice(0, length) === period) continue;
    period = time.slice(0, length);
    addBookmark(bookmark, period, pageNumber);
  }
  table.end();
  part.end();
};

const small = styles.cellSmall;

const markOf = ({ madeWhileLocked, notAuthenticated }: RenderedRecord): string => {
  if (notAuthenticated) return words.notAuthenticated;
  return madeWhileLocked ? words.signedLater : '';
};

export const recordCells = (
  rendered: RenderedRecord,
  { keyNames, withHashes }: Pick<ReportView, 'keyNames'> & { readonly withHashes: boolean },
): Cell[] => {
  const { record } = rendered;
  const { name, facts, digest } = aboutRecord(record, keyNames);
  const bad = record.outcome !== 'ok';
  const strongBad = { ...styles.cellStrong, colour: colour.bad };
  const action = actionName(record.action);
  return [
    { texts: [{ text: n(record.seq) }] },
    { texts: [{ text: clockOf(record.time) }, { text: dayOf(record.time), style: small }] },
    {
      texts: [
        { text: action, style: styles.cellStrong },
        ...(action === record.action ? [] : [{ text: record.action, style: small }]),
      ],
    },
    {
      glyph: bad ? 'failed' : 'done',
      texts: [
        { text: outcomeNames[record.outcome], style: bad ? strongBad : styles.cell },
        { text: record.code ?? '', style: small },
      ],
    },
    {
      texts: [
        { text: record.actor.user, most: 2 },
        { text: record.actor.host, style: small, most: 1 },
      ],
    },
    {
      texts: [
        { text: name, style: styles.cell, most: 2 },
        { text: facts, style: small, most: 2 },
        { text: withHashes ? digest : '', style: styles.monoSmall },
        {
          text: markOf(rendered),
          style: { ...small, colour: colour.warn },
        },
      ],
    },
  ];
};
