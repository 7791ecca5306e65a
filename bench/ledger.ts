import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { loadSqlJs } from '../main/sqlite/sql-js.ts';
import { verifyInThread } from '../main/vault/verify-in-thread.ts';
import { inclusionProof } from '../main/ledger/proofs.ts';
import { makeReport } from '../main/reports/make-report.ts';
import { renderInThread } from '../main/reports/render-in-thread.ts';
import { reportPieces } from '../main/reports/report.ts';
import { bindSoftwareToken, sessionOn } from '../main/reports/testing/report-vault.ts';
import { verifyReport } from '../main/reports/verify-report.ts';
import { writeReportFile } from '../main/reports/write-report-file.ts';
import { newKeyId } from '../main/vault/testing/context.ts';
import { createUnlocked, unlock } from '../main/vault/testing/sessions.ts';
import { SoftwareToken } from '../main/vault/testing/software-token.ts';
import { Vault, type VaultContext } from '../main/vault/vault.ts';

/* A ledger of a million records: append, open, verify, search, report. Keys are in software. */

const RECORDS = Number(process.argv[2] ?? 1_000_000);
const GROUP = 1_000;

const folder = path.join(mkdtempSync(path.join(tmpdir(), 'claviger-bench-')), 'vault');
const context: VaultContext = {
  sqlJs: await loadSqlJs(),
  actor: { user: 'officer', host: 'desk-4', app: 'claviger/bench' },
  clock: { source: 'system', now: () => new Date() },
};
const token = new SoftwareToken();
const keys = Array.from({ length: 20 }, newKeyId);

/** Wall and processor time, and the longest time for which this thread was blocked. */
const timed = async <T>(what: string, work: () => T | Promise<T>): Promise<T> => {
  const silence = monitorEventLoopDelay({ resolution: 5 });
  silence.enable();
  await setTimeout(20);
  const start = performance.now();
  const before = process.cpuUsage();
  const result = await work();
  const wall = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  await setTimeout(20); // a block is noticed only after it has ended
  silence.disable();
  const column = (value: number, unit: string, digits: number): string =>
    `${value.toFixed(digits).padStart(9)} ${unit}`;
  process.stdout.write(
    `${what.padEnd(52)}${column(wall, 's', 3)}${column((user + system) / 1e6, 's CPU', 3)}${column(silence.max / 1e6, 'ms blocked', 0)}\n`,
  );
  return result;
};

const record = (index: number): Parameters<Vault['record']>[0][number] => ({
  action: index % 3 === 0 ? 'file.decrypt' : 'file.encrypt',
  subject: {
    batch: (index >> 10).toString(16).padStart(32, '0'),
    input: `/home/officer/contracts/2026/number ${index}.pdf`,
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

const { vault: first } = await createUnlocked(
  folder,
  context,
  { change: bindSoftwareToken },
  token,
);
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
await timed('unlock', () => unlock(vault, token));
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
const verdict = await timed('verify everything (claviger audit verify)', () =>
  verifyInThread(folder),
);
if (verdict.total > 0) throw new Error('the ledger does not verify');
const session = sessionOn(vault);
const until = (seq: number): Promise<string> =>
  index.line(seq).then((line) => line?.record.time ?? '');
const report = async (count: number): Promise<Buffer> => {
  const filter = { until: await until(Math.min(count, RECORDS)) };
  const file = path.join(folder, `../report-${count}.json`);
  const { sha256, bytes } = await timed(
    `report over the first ${count} records, as JSON`,
    async () =>
      writeReportFile(
        file,
        reportPieces(await makeReport(session, { kind: 'activity', filter, title: 'Bench' })),
      ),
  );
  process.stdout.write(`  ${(bytes / 1e6).toFixed(1)} MB\n`);
  if (count <= 10_000)
    await timed('  as PDF', () => renderInThread({ file, sha256, format: 'pdf', seal: null }));
  await timed('  as CSV', () => renderInThread({ file, sha256, format: 'csv', seal: null }));
  return readFile(file);
};
await report(10_000);
const large = await report(100_000);
await timed('verify that report', () => verifyReport(large));
await vault.close();
rmSync(path.dirname(folder), { recursive: true });
