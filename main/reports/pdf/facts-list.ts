import type { StructureElement } from './internals.ts';
import { contentWidth, page, styles, type TextStyle } from './theme.ts';
import { baseline, type Paper, separated } from './paper.ts';

export interface Fact {
  readonly label: string;
  /** Lines are kept; long ones are broken. */
  readonly value: string | readonly string[];
  readonly style?: TextStyle;
}

interface Place {
  readonly x?: number;
  readonly width?: number;
  readonly labelWidth?: number;
  /** Space below each fact. */
  readonly gap?: number;
}

/** Labels at the left, values beside them. */
export const drawFacts = (
  paper: Paper,
  parent: StructureElement,
  facts: readonly Fact[],
  { x = page.left, width = contentWidth, labelWidth = 104, gap = 4 }: Place = {},
): void => {
  const list = paper.part('L', parent);
  for (const { label, value, style = styles.value } of facts) {
    const given = typeof value === 'string' ? [value] : value;
    const lines = given.flatMap((line, at) =>
      separated(paper.type.lines(line, style, width - labelWidth), at < given.length - 1),
    );
    const height = lines.length * style.leading;
    paper.need(height);
    const item = paper.part('LI', list);
    const top = paper.y;
    const shift = baseline(style) - baseline(styles.label);
    paper.tag(item, 'Lbl', () => paper.lines([label], x, top + shift, styles.label));
    const draw = (): void => {
      paper.lines(lines, x + labelWidth, top, style);
    };
    paper.tag(item, 'LBody', draw, paper.actual(given.join(' ')));
    item.end();
    paper.y += Math.max(height, styles.label.leading) + gap;
  }
  list.end();
};
