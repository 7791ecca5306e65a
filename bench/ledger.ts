import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadSqlJs } from '../main/keystore/sql-js.ts';
import { verifyLedger } from '../main/ledger/verify.ts';
import { inclusionProof } from '../main/ledger/proofs.ts';
import { makeReport } from '../main/reports/make-report.ts';
import { encodeReport } from '../main/reports/report.ts';
import { renderPdf } from '../main/reports/pdf/testing/render-pdf.ts';
import { bindSoftwareToken, sessionOn } from '../main/reports/testing/report-vault.ts';
import { verifyReport } from '../main/reports/verify-report.ts';
import { FolderStorage } from '../main/vault/folder-storage.ts';
import { newKeyId, newVaultId } from '../main/vault/testing/context.ts';
import { SoftwareToken } from '../main/vault/testing/software-token.ts';
import { Vault, type VaultContext } from '../main/vault/vault.ts';

/* A ledger of a million records: append, open, verify, search, report. Keys are in software. */

const RECORDS = Number(process.argv[2] ?? 1_000_000);
const GROUP = 1_000;

const folder = path.join(mkdtempSync(path.join(tmpdir(), 'claviger-bench-')), 'vault');
const context: VaultContext = {
  sqlJs: await loadSqlJs(),
  actor: { user: 'ines', host: 'desk-4', app: 'claviger/bench' },
  clock: { source: 'system', now: () => new Date() },
};
const token = new SoftwareToken();
const keys = Array.from({ length: 20 }, newKeyId);

const timed = async <T>(what: string, work: () => T | Promise<T>): Promise<T> => {
  const start = performance.now();
  const result = await work();
  const seconds = ((performance.now() - start) / 1000).toFixed(3);
  process.stdout.write(`${what.padEnd(58)} ${seconds.padStart(8)} s\n`);
  return result;
};

const record = (index: number): Parameters<Vault['record']>[0][number] => ({
  action: index % 3 === 0 ? 'file.decrypt' : 'file.encrypt',
  subject: {
    batch: (index >> 10).toString(16).padStart(32, '0'),
    input: `/home/ines/contracts/2026/number ${index}.pdf`,
    output: `/srv/sealed/contracts/2026/number ${index}.pdf.clv`,
    key: keys[index % keys.length] ?? '',
    version: 1,
  },
  outcome: index % 97 === 0 ? 'failed' : 'ok',
  ...(index % 97 === 0 ? { code: 'wrong-key' } : {}),
  details: { bytes: index, encryptedBytes: index + 1052, sha256: 'ab'.repeat(32) },
});

const fill = async (vault: Vault): Promise<void> => {
  for (let done = 0; done < RECORDS; done += GROUP)
    await vault.record(Array.from({ length: GROUP }, (_, at) => record(done + at)));
};

const first = await Vault.create(
  folder,
  { vaultId: newVaultId(), details: token.details, change: bindSoftwareToken },
  context,
);
first.setSigner(token.signer());
await timed(`append ${RECORDS} records in groups of ${GROUP}`, () => fill(first));
await timed('build the search index', () => first.audit());
await first.sumUp();
await first.checkpoint('now');
await timed('close, saving index and hashes', () => first.close());
process.stdout.write(
  `ledger: ${(statSync(path.join(folder, 'ledger.jsonl')).size / 1e6).toFixed(0)} MB\n`,
);

const vault = await timed('open, verifying behind', () => Vault.open(folder, context));
await timed('… until all of it is verified behind', () => vault.verification);
vault.setSigner(token.signer());
await timed('one proof of inclusion', () => inclusionProof(vault.tree, RECORDS >> 1));
await timed('load the search index', () => vault.audit());
const index = await vault.audit();
const page = { limit: 50, offset: 0 };
await timed('search page: newest', () => index.query(page));
await timed('search page: one key, failed', () =>
  index.query({ ...page, outcome: 'failed', ...(keys[3] && { key: keys[3] }) }),
);
await timed('search page: one action, offset 10,000', () =>
  index.query({ ...page, action: 'file.decrypt', offset: 10_000 }),
);
await timed('verify everything (claviger audit verify)', () =>
  verifyLedger(new FolderStorage(folder)),
);
const session = sessionOn(vault);
const until = (seq: number): Promise<string> =>
  index.line(seq).then((line) => line?.record.time ?? '');
const report = async (count: number): Promise<ReturnType<typeof encodeReport>> => {
  const filter = { until: await until(Math.min(count, RECORDS)) };
  const made = await timed(`report over the first ${count} records, to JSON bytes`, async () => {
    const document = await makeReport(session, { kind: 'activity', filter, title: 'Bench' });
    return { document, bytes: encodeReport(document) };
  });
  process.stdout.write(
    `  ${made.document.records.length} records, ${(made.bytes.length / 1e6).toFixed(1)} MB\n`,
  );
  if (count <= 10_000) await timed('  as PDF', () => renderPdf(made.document, null));
  return made.bytes;
};
await report(10_000);
const large = await report(100_000);
await timed('verify that report', () => verifyReport(large));
await vault.close();
rmSync(path.dirname(folder), { recursive: true });
