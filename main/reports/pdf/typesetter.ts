import { fallbacks, registerFonts, type FontName } from './fonts.ts';
import { currentFontHas, type Document } from './internals.ts';
import type { Face, TextStyle } from './look.ts';
import { type Run, RunCutter, visible } from './runs.ts';

// What IBM Plex has for certain, in Sans and in Mono: no look-up needed.
const plain = /^[\x20-\x7e\u00a0-\u00ac\u00ae-\u017f\u2013\u2014\u2018-\u201e\u2026]*$/;
// After blanks and what joins the parts of a path, and around ideographs.
const breaks =
  /(?<=[\s/\\_\-@])|(?<=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}])(?=[\p{L}\p{N}])/u;
const ignorable = /^[\u200d\ufe0e\ufe0f]$/;

/** IBM Plex Mono: every glyph is 600 units of 1000 wide. */
const MONO_ADVANCE = 0.6;

/** Measures, breaks and draws text in whatever scripts it has. */
export class Typesetter {
  readonly #doc: Document;
  readonly #coverage = new Map<string, FontName | null>();
  readonly #cutter = new RunCutter();

  constructor(doc: Document) {
    this.#doc = doc;
    registerFonts(doc);
  }

  /** Whether the glyphs alone, from left to right, are the text. */
  isPlain(text: string): boolean {
    return plain.test(text);
  }

  width(text: string, style: TextStyle): number {
    if (style.face === 'mono' && plain.test(text)) return text.length * MONO_ADVANCE * style.size;
    return this.#runs(text, style.face).reduce((sum, run) => sum + this.#runWidth(run, style), 0);
  }

  /** Lines no wider than `width`; with more than `most` of them the last ends in an ellipsis. */
  lines(text: string, style: TextStyle, width: number, most = Infinity): string[] {
    const pieces = visible(text)
      .split(breaks)
      .flatMap((piece) => this.#fit(piece, style, width));
    const lines: string[] = [];
    let line = '';
    let used = 0;
    for (const piece of pieces) {
      if (line !== '' && used + this.width(piece.trimEnd(), style) > width) {
        lines.push(line.trimEnd());
        if (lines.length > most) break;
        line = '';
        used = 0;
      }
      line += piece;
      used += this.width(piece, style);
    }
    lines.push(line.trimEnd());
    return lines.length <= most ? lines : this.#cutShort(lines.slice(0, most), style, width);
  }

  /** Draws one line, its baseline at `y`, and gives its width. */
  draw(text: string, x: number, y: number, style: TextStyle): number {
    let at = x;
    for (const run of this.#runs(visible(text), style.face)) {
      this.#use(run, style);
      this.#doc
        .fillColor(style.colour)
        .text(run.text, at, y, { lineBreak: false, baseline: 'alphabetic', ...shaping(run) });
      at += this.#runWidth(run, style);
    }
    return at - x;
  }

  #cutShort(lines: string[], style: TextStyle, width: number): string[] {
    const graphemes = this.#cutter.graphemes(lines.pop() ?? '');
    while (graphemes.length > 0 && this.width(`${graphemes.join('')}…`, style) > width)
      graphemes.pop();
    return [...lines, `${graphemes.join('')}…`];
  }

  /** A piece without a place to break is broken between graphemes. */
  #fit(piece: string, style: TextStyle, width: number): string[] {
    if (this.width(piece.trimEnd(), style) <= width) return [piece];
    const parts: string[] = [];
    let part = '';
    let used = 0;
    for (const grapheme of this.#cutter.graphemes(piece)) {
      const wide = this.width(grapheme, style);
      if (part !== '' && used + wide > width) {
        parts.push(part);
        part = '';
        used = 0;
      }
      part += grapheme;
      used += wide;
    }
    return [...parts, part];
  }

  #runs(text: string, face: Face): Run[] {
    if (plain.test(text)) return text === '' ? [] : [{ text, font: face }];
    return this.#cutter.cut(text, (grapheme) => this.#fontFor(face, grapheme));
  }

  #runWidth(run: Run, style: TextStyle): number {
    this.#use(run, style);
    return this.#doc.widthOfString(run.text, shaping(run));
  }

  #use(run: Run, style: TextStyle): void {
    this.#doc.font(run.font).fontSize(style.size);
  }

  #fontFor(face: Face, grapheme: string): FontName | null {
    const id = `${face} ${grapheme}`;
    const known = this.#coverage.get(id);
    if (known !== undefined) return known;
    const candidates = [face, ...fallbacks.filter((font) => font !== face)];
    const found = candidates.find((font) => this.#has(font, grapheme)) ?? null;
    this.#coverage.set(id, found);
    return found;
  }

  #has(font: FontName, grapheme: string): boolean {
    this.#doc.font(font);
    return Array.from(grapheme).every(
      (character) =>
        ignorable.test(character) || currentFontHas(this.#doc, character.codePointAt(0) ?? 0),
    );
  }
}

/**
 * pdfkit lays out word by word, from left to right; with features named it takes the whole run.
 * Right-to-left runs need that, and so do emoji sequences.
 */
const shaping = (run: Run): { readonly features?: PDFKit.Mixins.OpenTypeFeatures[] } =>
  run.font === 'arabic' || run.font === 'hebrew' ? { features: [] } : {};
