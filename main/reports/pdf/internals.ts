import type PDFDocument from 'pdfkit';

/*
 * The one place that reaches into pdfkit further than its types do. What is used here: the
 * catalog, the interactive form's dictionary, references, the current font, and options of
 * structure elements that the types do not name yet.
 */

export type Document = InstanceType<typeof PDFDocument>;
export type StructureElement = ReturnType<Document['struct']>;

export interface Reference {
  readonly data: Record<string, unknown>;
  end(chunk?: Uint8Array): void;
}

interface Internals {
  readonly _root: Reference;
  readonly _font: { readonly font: { hasGlyphForCodePoint(codePoint: number): boolean } };
  readonly page: { readonly dictionary: Reference; readonly annotations: Reference[] };
  ref(data: Record<string, unknown>): Reference;
}

const inside = (doc: Document): Internals => doc as unknown as Internals;

export const catalog = (doc: Document): Record<string, unknown> => inside(doc)._root.data;

export const newReference = (doc: Document, data: Record<string, unknown>): Reference =>
  inside(doc).ref(data);

export const pageAnnotations = (doc: Document): Reference[] => inside(doc).page.annotations;

export const pageReference = (doc: Document): Reference => inside(doc).page.dictionary;

/** Whether the document's current font can draw it. */
export const currentFontHas = (doc: Document, codePoint: number): boolean =>
  inside(doc)._font.font.hasGlyphForCodePoint(codePoint);

export interface ElementOptions {
  /** What a figure shows, in words. */
  readonly alt?: string;
  /** What is written, where the glyphs alone would not tell. */
  readonly actual?: string;
  /** x and y of two corners, from the page's upper left. */
  readonly bbox?: readonly [number, number, number, number];
  readonly scope?: 'Column' | 'Row';
}

export const newElement = (
  doc: Document,
  type: string,
  options: ElementOptions = {},
): StructureElement => doc.struct(type, options as Parameters<Document['struct']>[1]);

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
