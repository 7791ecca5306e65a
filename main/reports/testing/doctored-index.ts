import type { IndexCache } from '../../audit/index-cache.ts';
import { Db, sql } from '../../sqlite/db.ts';
import { DiskModel } from '../../store/testing/disk-model.ts';
import { testContext } from '../../vault/testing/context.ts';
import { unlock } from '../../vault/testing/sessions.ts';
import { Vault } from '../../vault/vault.ts';
import { fileAct, makeReportVault, type ReportVault } from './report-vault.ts';

/** An unlocked vault in which `secret.txt` was decrypted, which its search index does not know. */
export const openDoctored = async (): Promise<Pick<ReportVault, 'key'> & { vault: Vault }> => {
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
  const first = await Vault.openOn(disk.store(), { ...context, indexCache });
  await first.audit();
  await first.close();
  const db = Db.load(context.sqlJs, images.at(-1) ?? Buffer.alloc(0));
  db.run(
    sql`DELETE FROM records WHERE action = (SELECT id FROM words WHERE word = 'file.decrypt')`,
  );
  images.push(db.image());
  const vault = await Vault.openOn(disk.store(), { ...context, indexCache });
  await unlock(vault, made.token);
  return { vault, key: made.key };
};
