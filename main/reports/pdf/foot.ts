import { kindNames } from '../../../shared/messages/reports/document.ts';
import { foot as words } from '../../../shared/messages/reports/pdf.ts';
import type { ReportView } from '../render-view.ts';
import { grouped } from '../render-words.ts';
import { colour, contentRight, page, styles } from './theme.ts';
import { drawHatching } from './marks.ts';
import { baseline, type Paper } from './paper.ts';

/** Of the vault; room is left for the hash and the number. */
const MOST_NAME = 120;

/** Which report, which JSON and which page, at the foot of each page. */
export const drawFeet = (paper: Paper, { report, jsonSha256 }: ReportView): void => {
  const { pages } = paper;
  const { kind, vault } = report.statement;
  const [name] = paper.type.lines(vault.name ?? words.program, styles.foot, MOST_NAME, 1);
  const hash = grouped(jsonSha256.slice(0, 32)).join('');
  for (let at = 0; at < pages; at += 1) {
    paper.doc.switchToPage(at);
    paper.artifact(() => {
      paper.hairline(page.foot);
      const y = page.foot + 8 + baseline(styles.foot);
      const number = words.page(at + 1, pages);
      paper.type.draw(number, contentRight - paper.type.width(number, styles.foot), y, styles.foot);
      const x = vault.evaluation ? drawEvaluation(paper, y) : page.left;
      const about = words.report(name ?? '', kindNames[kind]);
      paper.type.draw(about, x, y, styles.foot);
      paper.type.draw(
        words.hash(hash),
        x + paper.type.width(about, styles.foot),
        y,
        styles.footMono,
      );
    }, 'Pagination');
  }
};

/** Returns where the foot continues. */
const drawEvaluation = ({ doc, type }: Paper, y: number): number => {
  const style = { ...styles.foot, colour: colour.eval };
  drawHatching(doc, page.left, page.foot + 9, 6, 8);
  type.draw(words.evaluation, page.left + 10, y, style);
  return page.left + 20 + type.width(words.evaluation, style);
};
