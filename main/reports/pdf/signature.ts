import { signature as words } from '../../../shared/messages/reports/pdf.ts';
import { createHash } from 'node:crypto';
import {
  MAX_SIGNATURE_BYTES,
  type ReportSigner,
  type Seal,
  signDetached,
} from '../../certificates/index.ts';
import {
  annotate,
  type Area,
  catalog,
  type Document,
  formDictionary,
  newElement,
  newReference,
  pageReference,
  pdfString,
  type Reference,
} from './internals.ts';
import type { Paper } from './paper.ts';

/** Placeholder of ten digits, replaced once the offsets are known. No PDF of ours needs more. */
const UNKNOWN = 9_999_999_999;
const UNKNOWN_RANGE = `/ByteRange [0 ${UNKNOWN} ${UNKNOWN} ${UNKNOWN}]`;
const NO_CHANGES_ALLOWED = 1;
const SIGNATURES_EXIST_AND_APPEND_ONLY = 3;
const PRINT_AND_LOCKED = 4 + 128;

/**
 * Reserves room for a signature (ISO 32000-2 §12.8.1) on the document's current page. It certifies
 * the document: nothing may be changed afterwards (§12.8.2.2).
 */
export const reserveSignature = (paper: Paper, seal: Seal, area: Area): void => {
  const { doc } = paper;
  const signature = newReference(doc, {
    Type: 'Sig',
    Filter: 'Adobe.PPKLite',
    SubFilter: 'ETSI.CAdES.detached',
    ByteRange: [0, UNKNOWN, UNKNOWN, UNKNOWN],
    Contents: Buffer.alloc(MAX_SIGNATURE_BYTES),
    M: seal.time,
    Reason: pdfString(words.reason),
    Reference: [
      {
        Type: 'SigRef',
        TransformMethod: 'DocMDP',
        TransformParams: { Type: 'TransformParams', P: NO_CHANGES_ALLOWED, V: '1.2' },
      },
    ],
  });
  const field = addField(paper, signature, area);
  doc.font('regular').initForm();
  const form = formDictionary(doc);
  // A viewer that redraws fields would break the signature.
  delete form['NeedAppearances'];
  form['SigFlags'] = SIGNATURES_EXIST_AND_APPEND_ONLY;
  form['Fields'] = [field];
  catalog(doc)['Perms'] = { DocMDP: signature };
  signature.end();
};

/** The field on the page, and a form element for screen readers. */
const addField = (paper: Paper, signature: Reference, area: Area): Reference => {
  const { doc } = paper;
  const element = newElement(doc, 'Form', { alt: words.field });
  const field = annotate(doc, area, element, {
    Subtype: 'Widget',
    FT: 'Sig',
    T: pdfString('ReportKey'),
    TU: pdfString(words.field),
    V: signature,
    P: pageReference(doc),
    F: PRINT_AND_LOCKED,
    AP: { N: emptyAppearance(doc, area) },
  });
  const part = paper.part('Sect');
  part.add(element);
  part.end();
  return field;
};

/** The page itself names the signer: the field only marks the place. */
const emptyAppearance = (doc: Document, { width, height }: Area): object => {
  const form = newReference(doc, {
    Type: 'XObject',
    Subtype: 'Form',
    BBox: [0, 0, width, height],
    Resources: {},
  });
  form.end(Buffer.from('q Q\n'));
  return form;
};

/** Signs everything except the reserved room. The length of the file does not change. */
export const signPdf = async (pdf: Buffer, signer: ReportSigner): Promise<Buffer> => {
  const rangeAt = onlyOne(pdf, UNKNOWN_RANGE);
  const start = pdf.indexOf('/Contents <', rangeAt) + '/Contents '.length;
  const end = pdf.indexOf('>', start) + 1;
  const range = `/ByteRange [0 ${start} ${end} ${pdf.length - end}]`;
  pdf.write(range.padEnd(UNKNOWN_RANGE.length), rangeAt, 'latin1');
  const signed = createHash('sha256')
    .update(pdf.subarray(0, start))
    .update(pdf.subarray(end))
    .digest();
  const signature = await signDetached(signed, signer);
  if (signature.length > MAX_SIGNATURE_BYTES)
    throw new Error(`a signature of ${signature.length} bytes has no room in the PDF`);
  pdf.write(signature.toString('hex'), start + 1, 'latin1');
  return pdf;
};

const onlyOne = (pdf: Buffer, text: string): number => {
  const at = pdf.indexOf(text);
  if (at === -1 || pdf.includes(text, at + 1))
    throw new Error('the PDF has no room for a signature');
  return at;
};
