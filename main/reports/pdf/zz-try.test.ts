import { test } from 'vitest';
import { writeFileSync } from 'node:fs';
import { renderPdf } from '/tmp/proof/main/reports/pdf/render-pdf.ts';
import { renderCsv } from '/tmp/proof/main/reports/csv.ts';
import { sampleReport, sampleVault } from '/tmp/proof/main/reports/pdf/testing/sample-report.ts';
import { makeSoftwareSigner } from '/tmp/proof/main/reports/pdf/testing/software-signer.ts';
test('x', async () => {
  const signer = await makeSoftwareSigner(sampleVault, new Date('2026-11-22T03:11:05Z'));
  writeFileSync('/tmp/p2/cert.der', signer.certificate);
  const n = Number(process.env["N"] ?? 300);
  let t = Date.now();
  const r = sampleReport({ records: n, evaluation: process.env.EV==='1' });
  const pdf = await renderPdf(r, signer);
  console.log(n, Date.now() - t, 'ms', pdf.length, process.memoryUsage().rss/1e6);
  writeFileSync(`/tmp/p2/out-${n}.pdf`, pdf);
  t=Date.now(); writeFileSync(`/tmp/p2/out-${n}.csv`, renderCsv(r)); console.log('csv', Date.now()-t);
}, 120000);
