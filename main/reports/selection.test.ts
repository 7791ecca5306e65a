import { expect, it } from 'vitest';
import { Db, sql } from '../sqlite/db.ts';
import type { IndexCache } from '../audit/index-cache.ts';
import { DiskModel } from '../store/testing/disk-model.ts';
import { testContext } from '../vault/testing/context.ts';
import { unlock } from '../vault/testing/sessions.ts';
import { Vault } from '../vault/vault.ts';
import { makeReport } from './make-report.ts';
import { fileAct, makeReportVault, sessionOn } from './testing/report-vault.ts';
import { verifyReport } from './verify-report.ts';
import { encodeReport } from './report.ts';

it('takes its records from the ledger, whatever the search index hides', async () => {
  const made = await makeReportVault('ed25519');
  await made.session.vault.record([
    fileAct('file.decrypt', made.key, 'secret.txt'),
    ...Array.from({ length: 1200 }, () => fileAct('file.encrypt', made.key, 'a.txt')),
  ]);
  await made.session.checkpoint();
  const context = await testContext();
  const images: Buffer[] = [];
  const indexCache: IndexCache = {
    read: () => Promise.resolve(images.at(-1) ?? null),
    write: (_, kept) => Promise.resolve(void images.push(kept)),
  };
  const disk = new DiskModel(made.disk.files());
  const first = await Vault.openOn(disk, { ...context, indexCache });
  await first.audit();
  await first.close();
  const db = Db.load(context.sqlJs, images.at(-1) ?? Buffer.alloc(0));
  db.run(
    sql`DELETE FROM records WHERE action = (SELECT id FROM words WHERE word = 'file.decrypt')`,
  );
  images.push(db.image());
  const vault = await Vault.openOn(disk, { ...context, indexCache });
  await unlock(vault, made.token);
  const index = await vault.audit();
  expect((await index.query({ action: 'file.decrypt', limit: 1 })).total).toBe(0);
  const filter = { key: made.key, action: 'file.decrypt' };
  const report = await makeReport(sessionOn(vault), { kind: 'key-life', filter, title: 'Life' });
  expect(report.records.map(({ line }) => line).join()).toContain('secret.txt');
  expect(report.statement.counts.included).toBe(1);
  expect(verifyReport(encodeReport(report)).genuine).toBe(true);
  await vault.close();
});
