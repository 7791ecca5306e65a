import { counted, n } from '../../../shared/numbers.ts';
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
  paper.doc.outline.addItem('Proof');
  const part = paper.part('Sect');
  paper.paragraph(part, 'Proof', styles.heading1, { tag: 'H1', after: 8 });
  drawInside(paper, part, report);
  heading(paper, part, 'What it cannot prove');
  for (const limit of report.statement.limits) bullet(paper, part, 'none', limit);
  heading(paper, part, 'How to check it');
  const numbered = steps(view).map((value, at) => ({
    label: `${at + 1}.`,
    value,
    style: styles.body,
  }));
  drawFacts(paper, part, numbered, { labelWidth: 20, gap: 1 });
  heading(paper, part, 'The numbers in full');
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
  paper.paragraph(part, 'Inside the JSON file', styles.heading2, { tag: 'H2', after: 5 });
  for (const { there, words } of inside(report))
    bullet(paper, part, there ? 'done' : 'none', words);
};

const inside = (report: ReportDocument): { there: boolean; words: string }[] => {
  const { statement, checkpoints, consistency, timestamps } = report;
  const { closing, opening } = checkpoints;
  const { previous } = statement;
  return [
    {
      there: true,
      words: `${counted(statement.counts.included, 'record')}, exactly as in the ledger, with one proof that they lie under the closing checkpoint`,
    },
    {
      there: true,
      words: `The closing checkpoint, signed, over ${counted(closing.size, 'record')}`,
    },
    opening === null
      ? { there: false, words: 'No checkpoint before the range: none was made by then' }
      : {
          there: true,
          words: `The checkpoint before the range, signed, over ${counted(opening.size, 'record')}, and the proof that the closing one continues it`,
        },
    previous === null || consistency.fromPrevious === null
      ? { there: false, words: 'No report before this one: nothing to be consistent with' }
      : {
          there: true,
          words: `The proof that the ledger continues that of the report made ${moment(previous.made)}, at ${counted(previous.size, 'record')}`,
        },
    timestamps.length === 0
      ? { there: false, words: 'No outside timestamp' }
      : { there: true, words: `${counted(timestamps.length, 'outside timestamp')} (RFC 3161)` },
  ];
};

const bullet = (paper: Paper, part: StructureElement, glyph: Glyph, words: string): void => {
  const x = page.left + 18;
  const lines = paper.type.lines(words, styles.body, contentWidth - 18);
  paper.need(lines.length * styles.body.leading);
  paper.artifact(() => {
    drawGlyph(paper.doc, glyph, page.left, paper.y + 2.4, 9.5);
  });
  paper.tag(part, 'P', () => paper.lines(lines, x, paper.y, styles.body));
  paper.y += lines.length * styles.body.leading + 2;
};

const steps = ({ report }: ReportView): string[] => [
  'Compare the SHA-256 of the JSON file with the one on the cover (sha256sum FILE). If they differ, this paper is not a rendering of that file.',
  'Compare the key’s fingerprint with the one you were given by another way: by telephone, on paper, or in an older report.',
  `Run “claviger report verify FILE --key ${report.key.fingerprint.slice(0, 8)}…”, or the short script described in “Verify a report”, which needs nothing but Python and openssl. Neither needs the vault or the token.`,
  'With the report before this one at hand, give it as well (--previous FILE): it shows that nothing that was reported then was changed since.',
];

const numbers = ({ report, jsonSha256 }: ReportView): Fact[] => {
  const { statement, checkpoints, key } = report;
  const mono = styles.monoSmall;
  return [
    { label: 'JSON, SHA-256', value: grouped(jsonSha256, 16), style: mono },
    { label: 'Records, SHA-256', value: grouped(statement.recordsSha256, 16), style: mono },
    { label: 'Origin', value: checkpoints.closing.origin, style: mono },
    { label: 'Closing root', value: grouped(checkpoints.closing.root, 16), style: mono },
    ...(checkpoints.opening === null
      ? []
      : [
          {
            label: `Root at ${n(checkpoints.opening.size)}`,
            value: grouped(checkpoints.opening.root, 16),
            style: mono,
          },
        ]),
    { label: 'Key’s fingerprint', value: grouped(key.fingerprint, 16), style: mono },
    { label: 'Verifier key', value: key.vkey, style: mono },
  ];
};

const drawNote = (paper: Paper, part: StructureElement, { note }: ReportCheckpoint): void => {
  const lines = note
    .replace(/\n$/, '')
    .split('\n')
    .flatMap((line) => paper.type.lines(line, styles.monoSmall, contentWidth));
  const height = lines.length * styles.monoSmall.leading;
  heading(paper, part, 'The signed checkpoint, as it is', height + 5);
  paper.tag(part, 'Code', () => paper.lines(lines, page.left, paper.y, styles.monoSmall), {
    actual: note,
  });
  paper.y += height;
};
