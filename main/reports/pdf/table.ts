import type { StructureElement } from './internals.ts';
import { colour, page, styles, type TextStyle } from './theme.ts';
import { drawGlyph, type Glyph } from './marks.ts';
import { type Paper, separated } from './paper.ts';

export interface Column {
  readonly title: string;
  /** In points, its padding included. */
  readonly width: number;
  readonly align?: 'right';
}

export interface CellText {
  readonly text: string;
  readonly style?: TextStyle;
  /** Lines that are shown; what is longer ends in an ellipsis. */
  readonly most?: number;
}

export interface Cell {
  readonly texts: readonly CellText[];
  readonly glyph?: Glyph;
  /** A bar behind the words, as a share of its room: 0 to 1. It says what the words say. */
  readonly bar?: number;
}

export const textCell = (text: string, style: TextStyle = styles.cell): Cell => ({
  texts: [{ text, style }],
});

interface LaidCell extends Cell {
  readonly lines: readonly { readonly text: string; readonly style: TextStyle }[];
}

const GAP = 10;
const GLYPH = 13;
/** Room for the words before a bar. */
const BAR_LEFT = 34;
const PADDING = 3.5;
const HEAD_HEIGHT = 17;
/** More than this of one cell never fits a page. */
const MOST_LINES = 40;

/** A table over several pages, with its head on each. */
export class Table {
  readonly #paper: Paper;
  readonly #columns: readonly Column[];
  readonly #table: StructureElement;
  #started = false;

  constructor(paper: Paper, parent: StructureElement, columns: readonly Column[]) {
    this.#paper = paper;
    this.#columns = columns;
    this.#table = paper.part('Table', parent);
  }

  /** `strong` separates it from the row above. Returns its page, counted from 0. */
  row(cells: readonly Cell[], strong = false): number {
    const laid = cells.map((cell, at) => this.#lay(cell, at));
    const height = Math.max(...laid.map(heightOf)) + 2 * PADDING;
    this.#makeRoom(height, strong);
    const row = this.#paper.part('TR', this.#table);
    const top = this.#paper.y + PADDING;
    this.#eachColumn((column, x, at) => {
      const cell = laid[at];
      if (cell !== undefined) this.#draw(row, cell, column, x, top);
    });
    row.end();
    this.#paper.y += height;
    return this.#paper.pages - 1;
  }

  end(): void {
    if (!this.#started) this.#head();
    this.#paper.artifact(() => {
      this.#paper.hairline(this.#paper.y, colour.lineStrong);
    });
    this.#paper.y += 6;
    this.#table.end();
  }

  #makeRoom(height: number, strong: boolean): void {
    const { bottom } = page;
    const needed = this.#started ? height : height + HEAD_HEIGHT;
    if (this.#paper.y + needed > bottom) {
      if (this.#started)
        this.#paper.artifact(() => {
          this.#paper.hairline(this.#paper.y, colour.lineStrong);
        });
      this.#paper.addPage();
      this.#head();
    } else if (this.#started) {
      this.#paper.artifact(() => {
        this.#paper.hairline(this.#paper.y, strong ? colour.lineControl : colour.line);
      });
    } else this.#head();
  }

  /** The first head belongs to the table; those of further pages are pagination. */
  #head(): void {
    const top = this.#paper.y;
    if (this.#started) this.#paper.artifact(() => this.#drawHead(top), 'Pagination');
    else {
      const row = this.#paper.part('TR', this.#table);
      this.#eachColumn((column, x) => {
        const draw = (): void => this.#drawTitle(column, x, top);
        this.#paper.tag(row, 'TH', draw, { scope: 'Column' });
      });
      row.end();
    }
    this.#started = true;
    this.#paper.y = top + HEAD_HEIGHT;
    this.#paper.artifact(() => {
      this.#paper.hairline(this.#paper.y, colour.lineStrong);
    });
  }

  #drawHead(top: number): void {
    this.#eachColumn((column, x) => this.#drawTitle(column, x, top));
  }

  #drawTitle(column: Column, x: number, top: number): void {
    this.#line(column.title, styles.tableHead, column, x, top + 3);
  }

  #draw(row: StructureElement, cell: LaidCell, column: Column, x: number, top: number): void {
    const { doc } = this.#paper;
    const { glyph, bar, lines } = cell;
    if (glyph !== undefined) this.#paper.artifact(() => drawGlyph(doc, glyph, x, top + 1.6, 8));
    if (bar !== undefined)
      this.#paper.artifact(() => {
        const width = Math.max(1, bar * (column.width - GAP - BAR_LEFT));
        doc
          .roundedRect(x + BAR_LEFT, top + 2, width, 7, Math.min(1.5, width / 2))
          .fill(colour.data1);
      });
    const left = glyph === undefined ? x : x + GLYPH;
    const draw = (): void => {
      let y = top;
      for (const { text, style } of lines) {
        this.#line(text, style, column, left, y);
        y += style.leading;
      }
    };
    const whole = cell.texts.map(({ text }) => text).join(' ');
    this.#paper.tag(row, 'TD', draw, this.#paper.actual(whole));
  }

  #line(text: string, style: TextStyle, column: Column, x: number, y: number): void {
    const room = column.align === 'right' ? column.width - GAP : 0;
    const start = room === 0 ? x : x + room - this.#paper.type.width(text, style);
    this.#paper.lines([text], start, y, style);
  }

  #lay(cell: Cell, at: number): LaidCell {
    const width = (this.#columns[at]?.width ?? 0) - GAP - (cell.glyph === undefined ? 0 : GLYPH);
    const texts = cell.texts.filter(({ text }) => text !== '');
    const lines = texts.flatMap(({ text, style = styles.cell, most = MOST_LINES }, index) => {
      const broken = this.#paper.type.lines(text, style, width, most);
      return separated(broken, index < texts.length - 1).map((line) => ({ text: line, style }));
    });
    return { ...cell, lines };
  }

  #eachColumn(visit: (column: Column, x: number, at: number) => void): void {
    let x: number = page.left;
    this.#columns.forEach((column, at) => {
      visit(column, x, at);
      x += column.width;
    });
  }
}

const heightOf = ({ lines, bar }: LaidCell): number =>
  Math.max(
    bar === undefined ? 0 : styles.cell.leading,
    lines.reduce((sum, { style }) => sum + style.leading, 0),
  );
