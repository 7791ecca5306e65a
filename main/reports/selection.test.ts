import { expect, it } from 'vitest';
import { makeReport } from './make-report.ts';
import { encodeReport } from './report.ts';
import { openDoctored } from './testing/doctored-index.ts';
import { sessionOn } from './testing/report-vault.ts';
import { verifyReport } from './verify-report.ts';

it('takes its records from the ledger, whatever the search index hides', async () => {
  const { vault, key } = await openDoctored();
  const index = await vault.audit();
  expect((await index.query({ action: 'file.decrypt', limit: 1 })).total).toBe(0);
  const filter = { key, action: 'file.decrypt' };
  const report = await makeReport(sessionOn(vault), { kind: 'key-life', filter, title: 'Life' });
  expect(report.records.map(({ line }) => line).join()).toContain('secret.txt');
  expect(report.statement.counts.included).toBe(1);
  expect(verifyReport(encodeReport(report)).genuine).toBe(true);
  await vault.close();
});
