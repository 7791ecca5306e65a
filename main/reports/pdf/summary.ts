import { actionName } from '../../../shared/messages/actions.ts';
import { summary as words } from '../../../shared/messages/reports/pdf.ts';
import { n } from '../../../shared/numbers.ts';
import { sumOf, summarise, type Summary, type Tally } from '../render-summary.ts';
import type { ReportView } from '../render-view.ts';
import { drawActivity } from './bar-chart.ts';
import type { StructureElement } from './internals.ts';
import { colour, contentWidth, page, styles } from './theme.ts';
import type { Paper } from './paper.ts';
import { Table, textCell, type Cell, type Column } from './table.ts';

const MOST_ROWS = 14;

/** A summary of the records: figures, activity over time, actions, people. */
export const drawSummary = (paper: Paper, view: ReportView): void => {
  const summary = summarise(view.records);
  paper.addPage();
  paper.doc.outline.addItem(words.title);
  const part = paper.part('Sect');
  paper.paragraph(part, words.title, styles.heading1, { tag: 'H1', after: 8 });
  drawFigures(paper, part, summary);
  if (summary.periods.length > 0) {
    heading(paper, part, words.per(summary.unit));
    drawActivity(paper, part, summary);
    heading(paper, part, words.actions);
    drawTallies(paper, part, words.action, summary.actions, actionName);
    paper.y += 10;
    heading(paper, part, words.people);
    drawTallies(paper, part, words.person, summary.people, (name) => name);
  }
  part.end();
};

const heading = (paper: Paper, part: StructureElement, text: string): void => {
  paper.need(110);
  paper.paragraph(part, text, styles.heading2, { tag: 'H2', after: 6 });
};

const drawFigures = (paper: Paper, part: StructureElement, summary: Summary): void => {
  const { total, people, actions } = summary;
  const figures: readonly [number, string][] = [
    [sumOf(total), words.figures.records(sumOf(total))],
    [total.ok, words.figures.done],
    [total.refused, words.figures.refused],
    [total.failed, words.figures.failed],
    [actions.length, words.figures.actions(actions.length)],
    [people.length, words.figures.people(people.length)],
  ];
  const top = paper.y;
  const width = contentWidth / figures.length;
  paper.artifact(() => {
    paper.hairline(top);
    paper.hairline(top + 58);
    for (let at = 1; at < figures.length; at += 1) {
      const x = page.left + at * width - 10;
      paper.doc
        .moveTo(x, top + 10)
        .lineTo(x, top + 48)
        .lineWidth(0.6)
        .stroke(colour.line);
    }
  });
  figures.forEach(([value, label], at) => {
    const x = page.left + at * width;
    paper.tag(part, 'P', () => {
      paper.lines([`${n(value)} `], x, top + 9, styles.figure);
      paper.lines([label], x, top + 36, styles.label);
    });
  });
  paper.y = top + 78;
};

const columns = (title: string): Column[] => [
  { title, width: 165 },
  { title: words.columns.share, width: contentWidth - 165 - 4 * 56 },
  { title: words.columns.records, width: 56, align: 'right' },
  { title: words.columns.done, width: 56, align: 'right' },
  { title: words.columns.refused, width: 56, align: 'right' },
  { title: words.columns.failed, width: 56, align: 'right' },
];

const drawTallies = (
  paper: Paper,
  part: StructureElement,
  title: string,
  tallies: readonly Tally[],
  nameOf: (name: string) => string,
): void => {
  const table = new Table(paper, part, columns(title));
  const all = tallies.reduce((sum, tally) => sum + sumOf(tally), 0);
  for (const tally of tallies.slice(0, MOST_ROWS))
    table.row(tallyCells(tally, nameOf(tally.name), sumOf(tally) / all));
  table.end();
  const rest = tallies.slice(MOST_ROWS);
  if (rest.length === 0) return;
  const records = rest.reduce((sum, tally) => sum + sumOf(tally), 0);
  paper.paragraph(part, words.more(rest.length, records), styles.label, { after: 4 });
};

const tallyCells = (tally: Tally, name: string, share: number): Cell[] => {
  const strongBad = { ...styles.cellStrong, colour: colour.bad };
  const bad = (value: number): Cell => textCell(n(value), value === 0 ? styles.cell : strongBad);
  return [
    textCell(name, styles.cellStrong),
    { ...textCell(percent(share)), bar: share },
    textCell(n(sumOf(tally))),
    textCell(n(tally.ok)),
    bad(tally.refused),
    bad(tally.failed),
  ];
};

const percent = (share: number): string => {
  const whole = Math.round(share * 100);
  return whole === 0 ? words.lessThanOne : words.percent(whole);
};
