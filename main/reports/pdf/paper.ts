import PDFDocument from 'pdfkit';
import {
  newElement,
  type Document,
  type ElementOptions,
  type StructureElement,
} from './internals.ts';
import { colour, contentWidth, page, type TextStyle } from './theme.ts';
import { visible } from './runs.ts';
import { Typesetter } from './typesetter.ts';

export interface PaperInfo {
  readonly title: string;
  readonly subject: string;
  readonly author: string;
  readonly keywords: string;
  readonly made: Date;
}

const xmlEscapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * pdfkit does not escape the title and similar texts in XML; at this point nothing else needs them.
 */
class EscapedDocument extends PDFDocument {
  override endMetadata(): void {
    const said = Object.entries(this.info).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'string' ? value.replace(/[&<>]/g, (sign) => xmlEscapes[sign] ?? '') : value,
    ]);
    Object.assign(this.info, Object.fromEntries(said));
    super.endMetadata();
  }
}

/** Pages, filled from top to bottom. Everything on them is tagged or declared an artifact. */
export class Paper {
  readonly doc: Document;
  readonly type: Typesetter;
  readonly #chunks: Buffer[] = [];
  readonly #root: StructureElement;
  readonly #ended: Promise<void>;
  /** The next free line, from the page's upper edge. */
  y: number = page.top;

  constructor(info: PaperInfo) {
    this.doc = new EscapedDocument(documentOptions(info));
    this.#ended = new Promise((resolve, reject) => {
      this.doc.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
      this.doc.on('end', resolve);
      this.doc.on('error', reject);
    });
    this.type = new Typesetter(this.doc);
    this.#root = newElement(this.doc, 'Document');
    this.doc.addStructure(this.#root);
  }

  get pages(): number {
    return this.doc.bufferedPageRange().count;
  }

  addPage(): void {
    this.doc.addPage();
    this.y = page.top;
  }

  /** Starts a new page if less than `height` is left. */
  need(height: number): void {
    if (this.y + height > page.bottom) this.addPage();
  }

  /** A part of the document; without a parent, a chapter. */
  part(type: string, parent?: StructureElement): StructureElement {
    const element = newElement(this.doc, type);
    (parent ?? this.#root).add(element);
    return element;
  }

  /** Draws one element of the document, on one page. */
  tag(
    parent: StructureElement,
    type: string,
    draw: () => void,
    options: ElementOptions = {},
  ): void {
    const element = newElement(this.doc, type, options);
    parent.add(element);
    const content = this.doc.markStructureContent(type);
    draw();
    this.doc.endMarkedContent();
    element.add(content);
    element.end();
  }

  /** Draws decoration: lines, backgrounds, repeated heads. */
  artifact(draw: () => void, type: 'Layout' | 'Pagination' = 'Layout'): void {
    this.doc.markContent('Artifact', { type });
    draw();
    this.doc.endMarkedContent();
  }

  /** Draws lines of text from `y` on, joined by spaces; returns their height. */
  lines(lines: readonly string[], x: number, y: number, style: TextStyle): number {
    lines.forEach((line, at) => {
      this.type.draw(line, x, y + at * style.leading + baseline(style), style);
    });
    return lines.length * style.leading;
  }

  /** A tagged paragraph at the next free line; never split over two pages. */
  paragraph(
    parent: StructureElement,
    text: string,
    style: TextStyle,
    { tag = 'P', x = page.left, width = contentWidth, after = 0 } = {},
  ): void {
    const lines = this.type.lines(text, style, width);
    this.need(lines.length * style.leading);
    this.tag(parent, tag, () => this.lines(lines, x, this.y, style), this.actual(text));
    this.y += lines.length * style.leading + after;
  }

  /** Adds the full text (ActualText) if the glyphs alone are not enough. */
  actual(text: string): ElementOptions {
    return this.type.isPlain(text) ? {} : { actual: visible(text) };
  }

  hairline(
    y: number,
    ink: string = colour.line,
    x: number = page.left,
    width = contentWidth,
  ): void {
    this.doc
      .moveTo(x, y)
      .lineTo(x + width, y)
      .lineWidth(0.6)
      .stroke(ink);
  }

  /** Ends the document; nothing can be drawn afterwards. */
  async finish(): Promise<Buffer> {
    this.#root.end();
    this.doc.end();
    await this.#ended;
    return Buffer.concat(this.#chunks);
  }
}

/**
 * Lines that end in a space if more follows: invisible, but it separates words for screen readers.
 */
export const separated = (lines: readonly string[], moreFollows: boolean): string[] =>
  lines.map((line, at) => (moreFollows && at === lines.length - 1 ? `${line} ` : line));

/** From the top of a line to its baseline: cap height centred as browsers do it. */
export const baseline = ({ size, leading }: TextStyle): number =>
  (leading - size) / 2 + size * 0.82;

const documentOptions = (info: PaperInfo): PDFKit.PDFDocumentOptions => ({
  size: page.size,
  margin: 0,
  pdfVersion: '1.7',
  tagged: true,
  lang: 'en',
  displayTitle: true,
  bufferPages: true,
  autoFirstPage: false,
  // No font yet: pdfkit would name Helvetica in the file without embedding it.
  font: '',
  info: {
    Title: visible(info.title),
    Subject: visible(info.subject),
    Author: visible(info.author),
    Keywords: visible(info.keywords),
    Creator: 'Claviger',
    Producer: 'Claviger, with PDFKit',
    CreationDate: info.made,
    ModDate: info.made,
  },
});
