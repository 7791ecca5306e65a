import type PDFDocument from 'pdfkit';

/*
 * The one place that uses more of pdfkit than its types describe: the
 * catalog, the interactive form's dictionary, references, the current font, and options of
 * structure elements that the types do not name yet.
 */

export type Document = InstanceType<typeof PDFDocument>;
export type StructureElement = ReturnType<Document['struct']>;

export interface Reference {
  readonly data: Record<string, unknown>;
  end(chunk?: Uint8Array): void;
}

interface Layout {
  readonly glyphs: readonly unknown[] | null;
  readonly positions: readonly { readonly xAdvance: number }[] | null;
  readonly advanceWidth: number;
}

interface EmbeddedFont {
  readonly font: { hasGlyphForCodePoint(codePoint: number): boolean };
  layout: (text: string, features?: unknown, onlyWidth?: boolean) => Layout;
  layoutRun(text: string): Layout;
}

interface Internals {
  readonly _root: Reference;
  readonly _font: EmbeddedFont;
  readonly page: { readonly dictionary: Reference; readonly annotations: Reference[] };
  ref(data: Record<string, unknown>): Reference;
}

const inside = (doc: Document): Internals => doc as unknown as Internals;

export const catalog = (doc: Document): Record<string, unknown> => inside(doc)._root.data;

export const newReference = (doc: Document, data: Record<string, unknown>): Reference =>
  inside(doc).ref(data);

export const pageReference = (doc: Document): Reference => inside(doc).page.dictionary;

/** Whether the document's current font can draw it. */
export const currentFontHas = (doc: Document, codePoint: number): boolean =>
  inside(doc)._font.font.hasGlyphForCodePoint(codePoint);

const marks = /\p{M}/u;

/**
 * Makes the current font set its text character by character, each shaped once: no kerning and
 * no ligatures, but reports of many thousand records in seconds. Text with combining marks, or
 * with features, is shaped as before.
 */
export const setByCharacter = (doc: Document): void => {
  const font = inside(doc)._font;
  const shape = font.layout.bind(font);
  const characters = new Map<string, Layout>();
  const layoutOf = (character: string): Layout => {
    const known = characters.get(character) ?? font.layoutRun(character);
    characters.set(character, known);
    return known;
  };
  font.layout = (text, features, onlyWidth) => {
    if (features !== undefined || marks.test(text)) return shape(text, features, onlyWidth);
    const layouts = Array.from(text, layoutOf);
    const advanceWidth = layouts.reduce((sum, layout) => sum + layout.advanceWidth, 0);
    if (onlyWidth === true) return { glyphs: null, positions: null, advanceWidth };
    return {
      glyphs: layouts.flatMap(({ glyphs }) => glyphs ?? []),
      positions: layouts.flatMap(({ positions }) => positions ?? []),
      advanceWidth,
    };
  };
};

/** A place on a page, from its upper left corner, in points. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An annotation of the current page that belongs to a structure element. */
export const annotate = (
  doc: Document,
  { x, y, width, height }: Area,
  structParent: StructureElement,
  entries: Record<string, unknown>,
): Reference => {
  doc.annotate(x, y, width, height, { ...entries, structParent } as PDFKit.Mixins.AnnotationOption);
  const annotation = inside(doc).page.annotations.at(-1);
  if (annotation === undefined) throw new Error('an annotation was made');
  return annotation;
};

export interface ElementOptions {
  /** What a figure shows, in words. */
  readonly alt?: string;
  /** The text, if the glyphs alone are not enough. */
  readonly actual?: string;
  /** x and y of two corners, from the page's upper left. */
  readonly bbox?: readonly [number, number, number, number];
  readonly scope?: 'Column' | 'Row';
}

export const newElement = (
  doc: Document,
  type: string,
  options: ElementOptions = {},
): StructureElement => doc.struct(type, options);

/** The form dictionary; it exists once initForm was called. */
export const formDictionary = (doc: Document): Record<string, unknown> =>
  (catalog(doc)['AcroForm'] as Reference).data;

/** What pdfkit writes as a PDF string: plain strings become names. */
export const pdfString = (text: string): object => Object(text) as object;

export type Outline = Document['outline'];

/** A bookmark of a page, counted from 0. */
export const addBookmark = (parent: Outline, title: string, pageNumber: number): void => {
  const options: object = { pageNumber };
  parent.addItem(title, options);
};
