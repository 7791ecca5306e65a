import { expect, it } from 'vitest';
import { vaultFiles } from '../store/folder/names.ts';
import { makeReport } from './make-report.ts';
import { encodeReport } from './report.ts';
import { openDoctored } from './testing/doctored-index.ts';
import { fileAct, makeReportVault, sessionOn } from './testing/report-vault.ts';
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

it('makes no report with a line that was changed while the vault is open', async () => {
  const { disk, session, key } = await makeReportVault('ed25519');
  await session.vault.record([fileAct('file.decrypt', key, 'secret.txt')]);
  const ledger = disk.files()[vaultFiles.ledger]?.toString() ?? '';
  const doctored = ledger.replace('secret.txt', 'public.txt');
  await disk.overwriteSynced(vaultFiles.ledger, Buffer.from(doctored));
  const making = makeReport(session, { kind: 'activity', filter: {}, title: 'Activity' });
  await expect(making).rejects.toMatchObject({ code: 'ledger-damaged' });
});
