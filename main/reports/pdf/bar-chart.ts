import { chart as words } from '../../../shared/messages/reports/pdf.ts';
import { n } from '../../../shared/numbers.ts';
import { sumOf, type Summary, type Tally } from '../render-summary.ts';
import type { StructureElement } from './internals.ts';
import { colour, contentRight, contentWidth, page, styles } from './theme.ts';
import { baseline, type Paper } from './paper.ts';

const HEIGHT = 120;
const AXIS = 34;
const WIDEST_BAR = 13;
const MOST_LABELS = 8;

/** Bars over time: done, and on top of them what was refused or failed, with a triangle above. */
export const drawActivity = (paper: Paper, part: StructureElement, summary: Summary): void => {
  const top = paper.y;
  paper.tag(
    part,
    'Figure',
    () => {
      drawLegend(paper, top);
      drawBars(paper, top + 18, summary.periods);
    },
    { alt: sentence(summary), bbox: [page.left, top, contentRight, top + 18 + HEIGHT + 22] },
  );
  paper.y = top + 18 + HEIGHT + 30;
};

const drawLegend = (paper: Paper, y: number): void => {
  const entries = [
    { ink: colour.data1, text: words.done },
    { ink: colour.dataBad, text: words.notDone },
  ];
  let x = page.left;
  for (const { ink, text } of entries) {
    paper.doc.roundedRect(x, y + 1.5, 7, 7, 1.5).fill(ink);
    paper.type.draw(text, x + 12, y + baseline(styles.axis), styles.axis);
    x += 28 + paper.type.width(text, styles.axis);
  }
};

const drawBars = (paper: Paper, top: number, periods: readonly Tally[]): void => {
  const left = page.left + AXIS;
  const steps = gridSteps(Math.max(1, ...periods.map(sumOf)));
  const highest = steps.at(-1) ?? 1;
  const foot = top + HEIGHT;
  const heightOf = (value: number): number => (value / highest) * (HEIGHT - 10);
  for (const step of [0, ...steps]) {
    const y = foot - heightOf(step);
    paper.hairline(y, step === 0 ? colour.lineStrong : colour.line, left, contentRight - left);
    const label = n(step);
    const x = left - 6 - paper.type.width(label, styles.axis);
    paper.type.draw(label, x, y + 2.5, styles.axis);
  }
  const slot = (contentWidth - AXIS) / Math.max(1, periods.length);
  const width = Math.min(WIDEST_BAR, slot * 0.75);
  const labelled = Math.ceil(periods.length / MOST_LABELS);
  periods.forEach((period, at) => {
    const x = left + slot * at + (slot - width) / 2;
    drawBar(paper, x, foot, width, heightOf, period);
    if (at % labelled === 0) {
      const half = paper.type.width(period.name, styles.axis) / 2;
      const start = Math.min(Math.max(page.left, x + width / 2 - half), contentRight - 2 * half);
      paper.type.draw(period.name, start, foot + 13, styles.axis);
    }
  });
};

const drawBar = (
  { doc }: Paper,
  x: number,
  foot: number,
  width: number,
  heightOf: (value: number) => number,
  { ok, refused, failed }: Tally,
): void => {
  const done = ok === 0 ? 0 : Math.max(0.8, heightOf(ok));
  const bad = refused + failed === 0 ? 0 : Math.max(1.5, heightOf(refused + failed));
  if (done > 0)
    doc.roundedRect(x, foot - done, width, done, Math.min(1.5, done / 2)).fill(colour.data1);
  if (bad === 0) return;
  const top = foot - done - (done > 0 ? 1 : 0) - bad;
  doc.roundedRect(x, top, width, bad, Math.min(1.5, bad / 2)).fill(colour.dataBad);
  const middle = x + width / 2;
  doc
    .polygon([middle, top - 7], [middle + 3.2, top - 2], [middle - 3.2, top - 2])
    .fill(colour.dataBad);
};

/** At most three round numbers, the last at or above the highest bar. */
const gridSteps = (highest: number): number[] => {
  const rough = highest / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    1,
    [1, 2, 5, 10].map((round) => round * power).find((round) => round >= rough) ?? 1,
  );
  return Array.from({ length: Math.ceil(highest / step) }, (_, at) => step * (at + 1));
};

/** The figure in words, with every bar. */
const sentence = ({ total, periods, unit }: Summary): string => {
  const names = periods.map(({ name }) => name);
  const bars = periods.map((period) => words.bar(period.name, period));
  return `${words.sentence(unit, names, total)} ${bars.join('; ')}.`;
};
