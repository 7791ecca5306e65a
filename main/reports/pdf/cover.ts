import { kindNames } from '../../../shared/messages/reports/document.ts';
import { cover as words } from '../../../shared/messages/reports/pdf.ts';
import { n } from '../../../shared/numbers.ts';
import type { Seal } from '../../certificates/index.ts';
import { sha256 } from '../../system/index.ts';
import type { ReportView } from '../render-view.ts';
import { completeness, filterWords, grouped, moment, rangeWords } from '../render-words.ts';
import type { ReportStatement } from '../report.ts';
import { notDone } from './failures.ts';
import { drawFacts, type Fact } from './facts-list.ts';
import type { Area, StructureElement } from './internals.ts';
import { colour, contentRight, contentWidth, page, styles } from './theme.ts';
import { drawAppMark, drawGlyph, drawHatching } from './marks.ts';
import { type Paper, separated } from './paper.ts';
import { drawQr } from './qr.ts';

const QR_SIZE = 132;
/** The white border of the QR code; it may be in the margin. */
const QR_QUIET = 7;
const SEAL_HEIGHT = 58;

/** The first page; gives the place of the signature. */
export const drawCover = (paper: Paper, view: ReportView, seal: Seal | null): Area => {
  const { statement } = view.report;
  paper.addPage();
  paper.doc.outline.addItem(words.bookmark);
  const part = paper.part('Sect');
  drawBrand(paper, part);
  paper.y = 128;
  drawTitle(paper, part, statement);
  if (statement.vault.evaluation) drawEvaluation(paper, part);
  drawVerdict(paper, part, view);
  drawFacts(paper, part, factsOf(statement));
  drawBinding(paper, part, view);
  const area = drawSeal(paper, part, seal);
  part.end();
  return area;
};

const drawBrand = (paper: Paper, part: StructureElement): void => {
  paper.artifact(() => drawAppMark(paper.doc, page.left, page.top, 26));
  paper.tag(part, 'P', () => {
    paper.lines([`${words.brand} `], page.left + 36, page.top, styles.brand);
    paper.lines([words.subtitle], page.left + 36, page.top + 15, styles.axis);
  });
};

const drawTitle = (paper: Paper, part: StructureElement, statement: ReportStatement): void => {
  const kind = kindNames[statement.kind];
  if (kind !== statement.title) paper.paragraph(part, kind, styles.label, { after: 2 });
  paper.paragraph(part, statement.title, styles.coverTitle, { tag: 'H1', after: 4 });
  const { since, until } = statement.filter;
  const time =
    since === undefined && until === undefined
      ? words.made(moment(statement.made))
      : words.period(since && moment(since), until && moment(until));
  paper.paragraph(part, time, styles.coverLead, { after: 16 });
};

const drawEvaluation = (paper: Paper, part: StructureElement): void => {
  const top = paper.y;
  const height = 34;
  paper.artifact(() => {
    paper.doc
      .lineWidth(0.6)
      .rect(page.left, top, contentWidth, height)
      .fillAndStroke(colour.evalTint, colour.evalLine);
    drawHatching(paper.doc, page.left, top, 10, height);
  });
  const style = { ...styles.notice, colour: colour.eval };
  paper.tag(part, 'P', () => paper.lines([words.evaluation], page.left + 22, top + 10, style));
  paper.y = top + height + 14;
};

const drawVerdict = (paper: Paper, part: StructureElement, view: ReportView): void => {
  const { statement } = view.report;
  const { counts, unsignedWhenMade } = statement;
  const bad = notDone(view).length;
  const top = paper.y;
  const figure = n(counts.included);
  const figureStyle = { ...styles.figure, size: 28, leading: 34 };
  const said = [
    words.included(counts.included, counts.searched, rangeWords(statement)),
    completeness(statement),
    ...(bad === 0 ? [] : [words.notDone(bad)]),
    ...(unsignedWhenMade.length === 0 ? [] : [lockedWords(statement)]),
  ];
  const left = page.left + paper.type.width(figure, figureStyle) + 16;
  paper.artifact(() => {
    paper.hairline(top, colour.lineStrong);
  });
  paper.tag(part, 'P', () => {
    paper.lines([`${figure} `], page.left, top + 9, figureStyle);
    const lines = said.flatMap((line, at) =>
      separated(paper.type.lines(line, styles.value, contentRight - left), at < said.length - 1),
    );
    paper.y = top + 12 + paper.lines(lines, left, top + 12, styles.value);
  });
  paper.y = Math.max(paper.y, top + 46) + 10;
  paper.artifact(() => {
    paper.hairline(paper.y, colour.lineStrong);
  });
  paper.y += 12;
};

const lockedWords = ({ unsignedWhenMade }: ReportStatement): string => {
  const records = unsignedWhenMade.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  return words.signedLater(records);
};

const factsOf = (statement: ReportStatement): Fact[] => {
  const { by, vault, token, previous } = statement;
  const { labels } = words;
  return [
    { label: labels.made, value: moment(statement.made), style: styles.valueStrong },
    { label: labels.by, value: words.by(by.user, by.host, by.app), style: styles.valueStrong },
    ...(vault.name === undefined
      ? []
      : [{ label: labels.vault, value: vault.name, style: styles.valueStrong }]),
    { label: vault.name === undefined ? labels.vault : '', value: vault.id, style: styles.mono },
    { label: labels.ledger, value: words.ledger(vault.epoch, moment(vault.created)) },
    {
      label: labels.token,
      value: words.token(token.label, token.serial),
      style: styles.valueStrong,
    },
    { label: labels.vendor, value: vendorOf(token) },
    { label: labels.anchor, value: vault.anchor },
    { label: labels.filter, value: filterWords(statement) },
    {
      label: labels.previous,
      value:
        previous === null ? words.noPrevious : words.previous(moment(previous.made), previous.size),
    },
  ];
};

const vendorOf = ({ manufacturer, model, firmware }: ReportStatement['token']): string =>
  [manufacturer, model, firmware === '' ? '' : words.firmware(firmware)]
    .filter((part) => part !== '')
    .join(', ');

/**
 * What connects the PDF to the evidence: the JSON's hash, the checkpoint, the key, as text and QR
 * code.
 */
const drawBinding = (paper: Paper, part: StructureElement, view: ReportView): void => {
  const { checkpoints, key } = view.report;
  const { closing } = checkpoints;
  const { labels } = words;
  const top = Math.max(paper.y + 6, page.bottom - SEAL_HEIGHT - QR_SIZE - 34);
  paper.artifact(() => {
    paper.hairline(top, colour.lineStrong);
  });
  const side = contentRight - QR_SIZE + QR_QUIET;
  paper.y = top + 12;
  drawFacts(
    paper,
    part,
    [
      { label: labels.json, value: grouped(view.jsonSha256), style: styles.mono },
      { label: labels.checkpoint, value: words.root(closing.size) },
      { label: '', value: grouped(closing.root), style: styles.mono },
      { label: labels.fingerprint, value: grouped(key.fingerprint), style: styles.mono },
      { label: labels.key, value: words.key(key.algorithm) },
    ],
    { width: contentWidth - QR_SIZE - 12, labelWidth: 80, gap: 3 },
  );
  paper.tag(
    part,
    'Figure',
    () => {
      drawQr(paper.doc, closing.note, side, top + 4, QR_SIZE);
    },
    {
      alt: words.qr(closing.origin, closing.size, closing.root),
      bbox: [side, top + 4, contentRight, top + 4 + QR_SIZE],
    },
  );
  paper.tag(part, 'Caption', () =>
    paper.lines([words.qrCaption], side + QR_QUIET, top + QR_SIZE, styles.axis),
  );
};

const drawSeal = (paper: Paper, part: StructureElement, seal: Seal | null): Area => {
  const y = page.bottom - SEAL_HEIGHT + 8;
  const area = { x: page.left, y, width: contentWidth, height: SEAL_HEIGHT - 8 };
  paper.artifact(() => {
    paper.doc.roundedRect(area.x, area.y, area.width, area.height, 6).lineWidth(0.6);
    paper.doc.fillAndStroke(colour.accentTint, colour.accentLine);
    drawGlyph(paper.doc, seal === null ? 'none' : 'done', area.x + 14, y + 10, 12);
  });
  const title = seal === null ? words.notSigned : words.signed;
  const note =
    seal === null ? words.notSignedNote : words.signedNote(moment(seal.time.toISOString()));
  paper.tag(part, 'P', () => {
    paper.lines([`${title} `], area.x + 36, y + 7, styles.valueStrong);
    paper.lines([`${note} `], area.x + 36, y + 20, styles.label);
    if (seal !== null)
      paper.lines(
        [grouped(sha256(seal.certificate), 16).join('')],
        area.x + 36,
        y + 33,
        styles.monoSmall,
      );
  });
  return area;
};
