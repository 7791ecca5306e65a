import { fallbacks, registerFonts, type FontName } from './fonts.ts';
import { currentFontHas, type Document, setByCharacter } from './internals.ts';
import type { Face, TextStyle } from './theme.ts';
import { escaped, type Run, RunCutter, visible } from './runs.ts';

// Characters that IBM Plex certainly has, in Sans and Mono: no look-up needed.
const plain = /^[\x20-\x7e\u00a0-\u00ac\u00ae-\u017f\u2013\u2014\u2018-\u201e\u2026]*$/;
// After spaces and the separators of paths, and around ideographs.
const breaks =
  /(?<=[ /\\_\-@])|(?<=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}])(?=[\p{L}\p{N}])/u;
const joined = /[\p{Script=Arabic}]/u;
/** Scripts that need no shaping, in the sizes of tables. */
const unshaped: ReadonlySet<FontName> = new Set(['regular', 'mono', 'han', 'hangul']);
const ignorable = /^[\u200d\ufe0e\ufe0f]$/;

/** Measures, breaks and draws text in any script. */
export class Typesetter {
  readonly #doc: Document;
  readonly #fonts = new Map<string, FontName | null>();
  readonly #advances = new Map<string, number>();
  readonly #opened = new Set<FontName>();
  readonly #cutter = new RunCutter();

  constructor(doc: Document) {
    this.#doc = doc;
    registerFonts(doc);
  }

  /**
   * The sum of the characters' widths, which leaves kerning out: shaping whole words twice is
   * what would make long reports slow. Only letters that join are shaped.
   */
  width(text: string, style: TextStyle): number {
    if (joined.test(text)) return this.#shapedWidth(this.#runs(text, style.face), style);
    let width = 0;
    for (const character of text) width += this.#advance(character, style.face);
    return width * style.size;
  }

  /**
   * Lines no wider than `width`. The blank at a break stays, so that words do not run together
   * for those who have the page read to them. With more than `most` of them the last ends in an ellipsis.
   */
  lines(text: string, style: TextStyle, width: number, most = Infinity): string[] {
    const whole = visible(text);
    if (this.width(whole, style) <= width) return [whole];
    const pieces = whole.split(breaks).flatMap((piece) => this.#fit(piece, style, width));
    const lines = this.#fill(pieces, style, width);
    return lines.length <= most ? lines : this.#cutShort(lines.slice(0, most), style, width);
  }

  /** Whether the glyphs, one by one from left to right, are the text. */
  isPlain(text: string): boolean {
    return plain.test(text);
  }

  /** Draws one line, its baseline at `y`. */
  draw(text: string, x: number, y: number, style: TextStyle): void {
    const runs = this.#runs(visible(text), style.face);
    let at = x;
    for (const [index, run] of runs.entries()) {
      this.#use(run.font, style.size).fillColor(style.colour);
      this.#doc.text(run.text, at, y, {
        lineBreak: false,
        baseline: 'alphabetic',
        ...shaping(run),
      });
      if (index < runs.length - 1) at += this.#shapedWidth([run], style);
    }
  }

  #fill(pieces: readonly string[], style: TextStyle, width: number): string[] {
    const lines: string[] = [];
    let line = '';
    let used = 0;
    for (const piece of pieces) {
      if (line !== '' && used + this.width(piece.trimEnd(), style) > width) {
        lines.push(line);
        line = '';
        used = 0;
      }
      line += piece;
      used += this.width(piece, style);
    }
    return [...lines, line];
  }

  /** A piece without a break opportunity is broken between graphemes. */
  #fit(piece: string, style: TextStyle, width: number): string[] {
    if (this.width(piece.trimEnd(), style) <= width) return [piece];
    return this.#fill(this.#cutter.graphemes(piece), style, width);
  }

  #cutShort(lines: string[], style: TextStyle, width: number): string[] {
    const graphemes = this.#cutter.graphemes((lines.pop() ?? '').trimEnd());
    while (graphemes.length > 0 && this.width(`${graphemes.join('')}…`, style) > width)
      graphemes.pop();
    return [...lines, `${graphemes.join('')}…`];
  }

  #runs(text: string, face: Face): Run[] {
    if (plain.test(text)) return text === '' ? [] : [{ text, font: face }];
    return this.#cutter.cut(text, (grapheme) => this.#fontFor(face, grapheme));
  }

  #shapedWidth(runs: readonly Run[], { size }: TextStyle): number {
    return runs.reduce((sum, run) => {
      return sum + this.#use(run.font, size).widthOfString(run.text, shaping(run));
    }, 0);
  }

  /** Width of a character at a size of one point. */
  #advance(character: string, face: Face): number {
    const id = `${face} ${character}`;
    const known = this.#advances.get(id);
    if (known !== undefined) return known;
    const font = this.#fontFor(face, character);
    const drawn = font === null ? escaped(character) : character;
    const width = this.#use(font ?? face, 1).widthOfString(drawn);
    this.#advances.set(id, width);
    return width;
  }

  #use(font: FontName, size: number): Document {
    this.#doc.font(font).fontSize(size);
    if (!this.#opened.has(font) && unshaped.has(font)) setByCharacter(this.#doc);
    this.#opened.add(font);
    return this.#doc;
  }

  #fontFor(face: Face, grapheme: string): FontName | null {
    const id = `${face} ${grapheme}`;
    const known = this.#fonts.get(id);
    if (known !== undefined) return known;
    const candidates = [face, ...fallbacks.filter((font) => font !== face)];
    const found = candidates.find((font) => this.#has(font, grapheme)) ?? null;
    this.#fonts.set(id, found);
    return found;
  }

  #has(font: FontName, grapheme: string): boolean {
    this.#use(font, 1);
    return Array.from(grapheme).every(
      (character) =>
        ignorable.test(character) || currentFontHas(this.#doc, character.codePointAt(0) ?? 0),
    );
  }
}

/**
 * pdfkit lays out word by word, from left to right; with features named, even none, it takes the
 * whole run. Right-to-left runs need that.
 */
const shaping = (run: Run): PDFKit.Mixins.TextOptions =>
  run.font === 'arabic' || run.font === 'hebrew' ? { features: [] } : {};
