import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../system/index.ts';
import { translate, type Translated } from '../thread/testing/process-from.ts';
import { renderCsv } from './csv.ts';
import { drawPdf } from './pdf/draw-pdf.ts';
import { sampleReport } from './pdf/testing/sample-report.ts';
import { viewOf } from './pdf/testing/view-of.ts';
import { renderInThread, type RenderRequest } from './render-in-thread.ts';
import { reportPieces } from './report.ts';
import { writeReportFile } from './write-report-file.ts';

const report = sampleReport({ records: 300 });
const seal = { certificate: Buffer.alloc(500, 1), time: new Date('2026-11-22T03:11:05Z') };
let folder: string;
let program: Translated;
let script: URL;
let request: Omit<RenderRequest, 'format'>;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'claviger-render-'));
  program = await translate(fileURLToPath(new URL('render-thread.ts', import.meta.url)));
  script = pathToFileURL(program.path);
  const file = path.join(folder, 'report.json');
  const { sha256: hash } = await writeReportFile(file, reportPieces(report));
  request = { file, sha256: hash, seal };
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await program.remove();
});

describe('rendering a report in a thread of its own', () => {
  it('gives the same PDF and CSV, and reports progress', async () => {
    let records = 0;
    const call = { onProgress: (more: number): void => void (records += more) };
    const pdf = await renderInThread({ ...request, format: 'pdf' }, call, script);
    expect(pdf.equals(await drawPdf(viewOf(report), seal))).toBe(true);
    expect(records).toBeGreaterThan(100);
    const csv = await renderInThread({ ...request, format: 'csv' }, {}, script);
    expect(csv.toString()).toBe(renderCsv(viewOf(report)));
  });

  it('prints the hash of the file, however its JSON is laid out', async () => {
    const file = path.join(folder, 'indented.json');
    const text = JSON.stringify(report, null, 2);
    writeFileSync(file, text);
    const hash = sha256(Buffer.from(text));
    const csv = await renderInThread({ file, sha256: hash, seal, format: 'csv' }, {}, script);
    expect(csv.toString()).toContain(`SHA-256 of the JSON file,${hash}\r\n`);
  });

  it('ends when it is cancelled', async () => {
    const controller = new AbortController();
    const call = { signal: controller.signal, onProgress: (): void => controller.abort() };
    const ended = renderInThread({ ...request, format: 'pdf' }, call, script);
    await expect(ended).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('refuses a file that is no longer what was written', async () => {
    const file = path.join(folder, 'changed.json');
    const { sha256: hash } = await writeReportFile(file, reportPieces(report));
    appendFileSync(file, ' ');
    const rendered = renderInThread({ file, sha256: hash, seal, format: 'csv' }, {}, script);
    await expect(rendered).rejects.toMatchObject({ code: 'source-changed' });
  });
});
