import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import decodeQR from 'qr/decode.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { actions } from '../../../shared/actions.ts';
import { Failure } from '../../../shared/failure.ts';
import { actionName } from '../../../shared/messages/actions.ts';
import type { ReportSigner } from '../../certificates/report-signer.ts';
import { encodeReport } from '../report.ts';
import { renderPdf } from './testing/render-pdf.ts';
import { sampleReport, sampleVault } from './testing/sample-report.ts';
import { makeSoftwareSigner } from './testing/software-signer.ts';
import { ask, withFile } from './testing/tools.ts';

const time = new Date('2026-11-22T03:11:05Z');
const report = sampleReport({ records: 120, title: 'Contracts & <leases> = Συμβόλαια' });

let signer: ReportSigner;
let pdf: Buffer;
let text: string;
beforeAll(async () => {
  signer = await makeSoftwareSigner(sampleVault, time);
  pdf = await renderPdf(report, signer);
  text = withFile(pdf, (path) => ask('pdftotext', [path, '-']));
});

const pdfsig = (file: Uint8Array): string => withFile(file, (path) => ask('pdfsig', [path]));

describe('the signature', () => {
  test('pdfsig confirms it, for the whole document', () => {
    const said = pdfsig(pdf);
    expect(said).toContain('Signature is Valid.');
    expect(said).toContain('Total document signed');
    expect(said).toContain('ETSI.CAdES.detached');
    expect(said).toContain(`CN=Claviger report key of vault ${sampleVault}`);
    expect(said).toContain('Nov 22 2026 03:11:05');
  });

  test('pdfsig refuses one changed bit, before or after the signature', () => {
    for (const at of [1000, pdf.length - 2000]) {
      const changed = Buffer.from(pdf);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(pdfsig(changed)).not.toContain('Signature is Valid.');
    }
  });

  test('openssl verifies the CMS; it holds what PAdES asks for and no signing time', () => {
    const [, start = 0, next = 0] =
      /\/ByteRange \[0 (\d+) (\d+)/.exec(pdf.toString('latin1'))?.map(Number) ?? [];
    const hex = pdf.toString('latin1', start + 1, next - 1);
    const length = 4 + Number.parseInt(hex.slice(4, 8), 16);
    const cms = Buffer.from(hex, 'hex').subarray(0, length);
    const content = Buffer.concat([pdf.subarray(0, start), pdf.subarray(next)]);
    withFile(cms, (cmsFile) =>
      withFile(content, (contentFile) => {
        const verify = ['cms', '-verify', '-binary', '-inform', 'DER', '-noverify', '-in', cmsFile];
        ask('openssl', [...verify, '-content', contentFile, '-out', '/dev/null']);
        const parsed = ask('openssl', ['asn1parse', '-inform', 'DER', '-in', cmsFile]);
        expect(parsed).toContain('id-smime-aa-signingCertificateV2');
        expect(parsed).not.toContain('signingTime');
      }),
    );
  });

  test('without a signer there is none, and the cover says so', async () => {
    const unsigned = await renderPdf(report, null);
    const said = withFile(unsigned, (path) => ask('pdftotext', ['-l', '1', path, '-']));
    expect(said).toContain('Not signed');
    expect(unsigned.includes('/ByteRange')).toBe(false);
  });

  test('a token that refuses to sign is reported', async () => {
    const failure = new Failure('token-removed', 'The token is gone.', { next: 'Connect it.' });
    const refusing = { ...signer, sign: () => Promise.reject(failure) };
    await expect(renderPdf(report, refusing)).rejects.toBe(failure);
  });
});

describe('the document', () => {
  test('qpdf finds no fault, and the same report gives the same bytes', async () => {
    expect(withFile(pdf, (path) => ask('qpdf', ['--check', path]))).toContain(
      'No syntax or stream encoding errors',
    );
    const [first, second] = [await renderPdf(report, null), await renderPdf(report, null)];
    expect(first.equals(second)).toBe(true);
  });

  test('all fonts are embedded', () => {
    const fonts = withFile(pdf, (path) => ask('pdffonts', [path]))
      .trim()
      .split('\n')
      .slice(2);
    expect(fonts.length).toBeGreaterThan(8);
    for (const line of fonts) expect(line).toMatch(/ yes yes yes /);
  });

  test('its metadata is well-formed, whatever the title holds', () => {
    const meta = withFile(pdf, (path) => ask('pdfinfo', ['-meta', path]));
    const script =
      'import sys,xml.dom.minidom as m; print(m.parse(sys.argv[1]).documentElement.toxml())';
    const xml = withFile(meta, (path) => ask('python3', ['-c', script, path]));
    expect(xml).toContain('Contracts &amp; &lt;leases&gt; = Συμβόλαια');
    const info = withFile(pdf, (path) => ask('pdfinfo', [path]));
    expect(info).toContain('Contracts & <leases> = Συμβόλαια');
    expect(info).toMatch(/Tagged:\s+yes/);
  });

  test('screen readers get its order, its tables and its pictures', () => {
    const structure = withFile(pdf, (path) => ask('pdfinfo', ['-struct-text', path]));
    expect(structure).toMatch(/^Document\n {2}Sect\n/);
    for (const element of ['H1', 'H2', 'Figure', 'Table', 'TR', 'TH', 'TD', 'LBody', 'Form'])
      expect(structure).toMatch(new RegExp(`^ +${element}\\b`, 'm'));
    // The head is told once for each table of records, however many pages repeat it.
    expect(structure.match(/"Time, UTC"/g)).toHaveLength(2);
    expect(text.match(/^Time, UTC$/gm)?.length).toBeGreaterThan(3);
  });

  test('bookmarks lead to its parts and days', () => {
    const outline = withFile(pdf, (path) => ask('qpdf', ['--json', '--json-key=outlines', path]));
    for (const title of ['Cover', 'Summary', 'Records', '2026-10-01', '2026-10-31', 'Proof'])
      expect(outline).toContain(`"title": "${title}"`);
  });
});

describe('what it says', () => {
  test('every page prints the JSON hash, and its number', () => {
    const hash = createHash('sha256').update(encodeReport(report)).digest('hex');
    const groups = hash.match(/.{4}/g) ?? [];
    expect(text).toContain(groups.slice(0, 8).join(' '));
    expect(text).toContain(groups.slice(8).join(' '));
    const pages = text.split('\f').slice(0, -1);
    for (const [at, page] of pages.entries()) {
      expect(page).toContain(`Page ${at + 1} of ${pages.length}`);
      expect(page).toContain(`${groups.slice(0, 8).join(' ')} …`);
    }
  });

  test('every record is there', () => {
    const pages = withFile(pdf, (path) => ask('pdftotext', ['-layout', path, '-']));
    const all = pages.slice(pages.indexOf('120 records, shortened to fit the page'));
    const found = [...all.matchAll(/^ +(\d+) +\d\d:\d\d:\d\d /gm)].map(([, seq]) => Number(seq));
    expect(found).toEqual(report.records.map(({ seq }) => seq));
  });

  test('keys are in the words of the window, in tables and in records', async () => {
    const drawn = await renderPdf(sampleReport({ records: 30 }), null);
    const said = withFile(drawn, (path) => ask('pdftotext', ['-raw', path, '-']));
    const plain = said.replace(/[\s\u00a0]+/g, ' ');
    expect(plain).toContain('Unwrapped only in the token');
    expect(plain).toContain('In this computer');
    expect(plain).toContain('Suspended');
    expect(plain).not.toMatch(/hsm-only|bulk host/);
  });

  test('failures come first, keys and the vault have their names, filters are in words', async () => {
    const sample = sampleReport({ records: 200 });
    const [, [first = '', key = ''] = [], [second = '', recovery = ''] = []] =
      sample.statement.tables[0]?.rows ?? [];
    const line = JSON.stringify({
      ...(JSON.parse(sample.records[2]?.line ?? '') as object),
      details: {
        keys: [
          { key, version: 1 },
          { key: recovery, version: 4 },
        ],
      },
    });
    const records = sample.records.map((each) => (each.seq === 3 ? { ...each, line } : each));
    const filter = {
      batch: 'ab'.repeat(16),
      key,
      action: 'checkpoint.',
      outcome: 'failed',
    } as const;
    const statement = { ...sample.statement, kind: 'batch-receipts', filter } as const;
    const drawn = await renderPdf({ ...sample, records, statement }, null);
    const said = withFile(drawn, (path) => ask('pdftotext', ['-raw', path, '-']));
    const plain = said.replace(/[\s\u00a0\u202a-\u202c]+/g, ' ');
    const [cover = '', failures = ''] = said.split('\f');
    expect(cover).toContain('Finance archive');
    expect(cover).toMatch(/refused or failed: listed first/);
    expect(failures).toContain('Refused and failed');
    expect(failures).toContain('The file changed while it was being read.');
    expect(plain).toContain(` v1, ${first} v1, ${second} v4`);
    expect(plain).toContain(
      `key ${first}, batch abababab…, action Save checkpoint, Compare saved checkpoint, Attach timestamp, outcome Failed`,
    );
    expect(plain).not.toContain('action checkpoint.');
  });

  test('names in other scripts keep their letters', () => {
    // What poppler marks as right-to-left, it marks with these.
    const plain = text.replace(/[\u202a-\u202c]/g, '');
    for (const name of [
      'Αθήνα/σύμβαση 2026.pdf',
      'Москва/договор № 7.docx',
      '日本語/契約書・最終版.pdf',
      '中文/合同（最终）.docx',
      '한국/계약서.hwp',
      'تقارير',
      'חוזה סופי',
      'ไทย/สัญญาฉบับสุดท้าย.pdf',
      'Hợp đồng số 9.pdf',
      '👩‍💻 plan ✅.txt',
      'evil-\\u{202e}gpj.exe',
    ])
      expect(plain).toContain(name);
  });

  test('the QR code on the printed cover is the signed checkpoint', () => {
    const image = withFile(pdf, (path) => {
      ask('pdftoppm', ['-r', '200', '-f', '1', '-l', '1', '-singlefile', path, path]);
      return readFileSync(`${path}.ppm`);
    });
    const [head, width, height] = pixmapHead(image);
    const decoded = decodeQR({ width, height, data: image.subarray(head.length) });
    expect(decoded).toBe(report.checkpoints.closing.note);
  });

  test('an evaluation token is named on every page', async () => {
    const evaluation = await renderPdf(sampleReport({ records: 60, evaluation: true }), null);
    const pages = withFile(evaluation, (path) => ask('pdftotext', [path, '-'])).split('\f');
    for (const page of pages.slice(0, -1)) expect(page).toContain('EVALUATION');
    expect(text).not.toContain('EVALUATION');
  });

  test('the signed checkpoint is on the page of its heading', async () => {
    const short = sampleReport({ records: 0, tables: false });
    for (let more = 0; more < 24; more += 1) {
      const limits = [...short.statement.limits, ...Array<string>(more).fill('Nor this.')];
      const long = await renderPdf({ ...short, statement: { ...short.statement, limits } }, null);
      const pages = withFile(long, (path) => ask('pdftotext', [path, '-'])).split('\f');
      const page = pages.find((each) => each.includes('The exact signed checkpoint'));
      expect(page, `${more} more`).toContain(`— ${short.checkpoints.closing.origin}`);
    }
  });

  test('a report without records or tables is a valid document', async () => {
    const empty = await renderPdf(sampleReport({ records: 0, tables: false }), null);
    withFile(empty, (path) => {
      expect(ask('qpdf', ['--check', path])).toContain('No syntax');
      expect(ask('pdftotext', [path, '-'])).toContain('0 records');
    });
  });
});

/** "P6\n<width> <height>\n255\n" */
const pixmapHead = (image: Buffer): [string, number, number] => {
  const match = /^P6\n(\d+) (\d+)\n255\n/.exec(image.toString('latin1', 0, 40));
  return [match?.[0] ?? '', Number(match?.[1]), Number(match?.[2])];
};

test('every action is named above its code; one of another version has only its code', async () => {
  const all = [...actions, 'quorum.grant'];
  const drawn = await renderPdf(sampleReport({ records: all.length, actions: all }), null);
  const said = withFile(drawn, (path) => ask('pdftotext', ['-raw', path, '-']));
  // A cell may be narrower than what stands in it.
  const joined = (text: string): string => text.replaceAll(/\s+/g, '');
  const words = joined(said);
  for (const action of ['vault.rollback', 'vault.epoch', 'checkpoint.write'])
    expect(actionName(action)).not.toBe(action);
  for (const action of actions)
    expect(words).toMatch(new RegExp(joined(`${actionName(action)} ${action} (Done|Refused)`)));
  expect(words).toContain('quorum.grantDone');
});
