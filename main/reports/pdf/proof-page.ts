import { proof as words } from '../../../shared/messages/reports/pdf.ts';
import { grouped, moment } from '../render-words.ts';
import type { ReportCheckpoint, ReportDocument } from '../report.ts';
import type { ReportView } from '../render-view.ts';
import { drawFacts, type Fact } from './facts-list.ts';
import type { StructureElement } from './internals.ts';
import { contentWidth, page, styles } from './theme.ts';
import { drawGlyph, type Glyph } from './marks.ts';
import type { Paper } from './paper.ts';

/** The proof in the JSON file, how to verify it, and its limits. */
export const drawProof = (paper: Paper, view: ReportView): void => {
  const { report } = view;
  paper.addPage();
  paper.doc.outline.addItem(words.title);
  const part = paper.part('Sect');
  paper.paragraph(part, words.title, styles.heading1, { tag: 'H1', after: 8 });
  drawInside(paper, part, report);
  heading(paper, part, words.limits);
  for (const limit of report.statement.limits) bullet(paper, part, 'none', limit);
  heading(paper, part, words.how);
  const numbered = words.steps(report.key.fingerprint).map((value, at) => ({
    label: `${at + 1}.`,
    value,
    style: styles.body,
  }));
  drawFacts(paper, part, numbered, { labelWidth: 20, gap: 1 });
  heading(paper, part, words.numbers);
  drawFacts(paper, part, numbers(view));
  drawNote(paper, part, report.checkpoints.closing);
  part.end();
};

/** @param following height that must fit on the same page as the heading */
const heading = (paper: Paper, part: StructureElement, text: string, following = 40): void => {
  paper.y += 10;
  paper.need(20 + following);
  paper.paragraph(part, text, styles.heading2, { tag: 'H2', after: 5 });
};

const drawInside = (paper: Paper, part: StructureElement, report: ReportDocument): void => {
  paper.paragraph(part, words.inside, styles.heading2, { tag: 'H2', after: 5 });
  for (const { there, text } of inside(report)) bullet(paper, part, there ? 'done' : 'none', text);
};

const inside = (report: ReportDocument): { there: boolean; text: string }[] => {
  const { statement, checkpoints, consistency, timestamps } = report;
  const { closing, opening } = checkpoints;
  const { previous } = statement;
  return [
    {
      there: true,
      text: words.records(statement.counts.included),
    },
    {
      there: true,
      text: words.closing(closing.size),
    },
    opening === null
      ? { there: false, text: words.noOpening }
      : {
          there: true,
          text: words.opening(opening.size),
        },
    previous === null || consistency.fromPrevious === null
      ? { there: false, text: words.noPrevious }
      : {
          there: true,
          text: words.previous(moment(previous.made), previous.size),
        },
    timestamps.length === 0
      ? { there: false, text: words.noTimestamps }
      : { there: true, text: words.timestamps(timestamps.length) },
  ];
};

const bullet = (paper: Paper, part: StructureElement, glyph: Glyph, text: string): void => {
  const x = page.left + 18;
  const lines = paper.type.lines(text, styles.body, contentWidth - 18);
  paper.need(lines.length * styles.body.leading);
  paper.artifact(() => {
    drawGlyph(paper.doc, glyph, page.left, paper.y + 2.4, 9.5);
  });
  paper.tag(part, 'P', () => paper.lines(lines, x, paper.y, styles.body));
  paper.y += lines.length * styles.body.leading + 2;
};

const numbers = ({ report, jsonSha256 }: ReportView): Fact[] => {
  const { statement, checkpoints, key } = report;
  const mono = styles.monoSmall;
  const { labels } = words;
  return [
    { label: labels.json, value: grouped(jsonSha256, 16), style: mono },
    { label: labels.records, value: grouped(statement.recordsSha256, 16), style: mono },
    { label: labels.origin, value: checkpoints.closing.origin, style: mono },
    { label: labels.closingRoot, value: grouped(checkpoints.closing.root, 16), style: mono },
    ...(checkpoints.opening === null
      ? []
      : [
          {
            label: labels.rootAt(checkpoints.opening.size),
            value: grouped(checkpoints.opening.root, 16),
            style: mono,
          },
        ]),
    { label: labels.fingerprint, value: grouped(key.fingerprint, 16), style: mono },
    { label: labels.verifierKey, value: key.vkey, style: mono },
  ];
};

const drawNote = (paper: Paper, part: StructureElement, { note }: ReportCheckpoint): void => {
  const lines = note
    .replace(/\n$/, '')
    .split('\n')
    .flatMap((line) => paper.type.lines(line, styles.monoSmall, contentWidth));
  const height = lines.length * styles.monoSmall.leading;
  heading(paper, part, words.note, height + 5);
  paper.tag(part, 'Code', () => paper.lines(lines, page.left, paper.y, styles.monoSmall), {
    actual: note,
  });
  paper.y += height;
};
