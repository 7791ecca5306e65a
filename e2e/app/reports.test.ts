import { execFileSync, spawnSync } from 'node:child_process';
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { TimeAuthority } from '../../main/reports/testing/time-authority.ts';
import { ReportsPage, type ShownStep } from './pages/reports-page.ts';
import { Driver } from './support/driver.ts';
import { filesBelow, makeKey, makeVault, test } from './support/test.ts';

const script = path.resolve(import.meta.dirname, '../../scripts/verify-report.py');

/** The outcomes of one action, the newest first. */
const outcomesOf = async (vault: Driver, action: string): Promise<string[]> => {
  const wanted = { filter: { action }, upTo: null, offset: 0, limit: 10 };
  return (await vault.call('audit.query', wanted)).rows.map(({ outcome }) => outcome);
};

/** Types the commands into a shell. */
const expectStep = ({ title, commands, prints }: ShownStep, cwd: string): void => {
  const run = spawnSync('sh', ['-ec', commands], { cwd, encoding: 'utf8' });
  const said = `${run.stdout}${run.stderr}`;
  expect(run.status, said).toBe(0);
  if (prints !== 'the same value twice') {
    expect(said, title).toContain(prints);
    return;
  }
  const [first, second, ...others] = run.stdout.trimEnd().split('\n');
  expect(first?.replace(/ +-$/, ''), title).toBe(second);
  expect([second?.length, others]).toEqual([64, []]);
};

test('exports a report that others can verify, and lists it', async ({ vault, home }) => {
  await makeKey(vault, 'Contracts 2026', 'balanced');
  const file = path.join(home, 'activity.json');
  const { sizes } = await vault.call('reports.preview', { kind: 'activity', filter: {} });
  await new ReportsPage(vault).exportTo(file);
  for (const format of ['json', 'csv', 'pdf'] as const) {
    const guess = sizes[format];
    const { size } = await stat(file.replace(/json$/, format));
    const ratio = (typeof guess === 'number' ? guess : (guess?.bytes ?? 0)) / size;
    expect(ratio, format).toBeGreaterThan(0.5);
    expect(ratio, format).toBeLessThan(2);
  }

  const verdict = execFileSync('python3', [script, file], { encoding: 'utf8' });
  expect(verdict).toContain('GENUINE');
  const signature = execFileSync('pdfsig', [path.join(home, 'activity.pdf')], {
    encoding: 'utf8',
  });
  expect(signature).toContain('Signature is Valid');
  const { reports } = await vault.call('reports.past', null);
  const [newest] = reports;
  const json = newest?.files.find(({ format }) => format === 'json');
  const csv = await readFile(path.join(home, 'activity.csv'), 'utf8');
  expect(json).toMatchObject({ path: file, present: true });
  expect(csv).toContain(json?.sha256);
  expect(await outcomesOf(vault, 'report.file')).toHaveLength(3);
});

test('cancels an export while the token signs, and leaves no file', async ({ vault, home }) => {
  const { page } = vault;
  const reports = new ReportsPage(vault);
  const goOn = await reports.haltAtPdf();
  const folder = path.join(home, 'out');
  await mkdir(folder);
  await vault.answerDialogs([path.join(folder, 'activity.json')]);
  await reports.open('Export');
  await reports.exportButton(2).click();
  await page.getByText('Drawing and signing the PDF').waitFor({ timeout: 60_000 });
  expect(await filesBelow(folder)).toEqual(['activity.json']);
  await page.keyboard.press('Escape');
  const note = page.getByRole('status').filter({ hasText: 'The export was cancelled.' });
  await note.waitFor({ timeout: 60_000 });
  expect(await filesBelow(folder)).toEqual([]);
  goOn();
  const wanted = { filter: {}, upTo: null, offset: 0, limit: 3 };
  const { rows } = await vault.call('audit.query', wanted);
  const acts = ['report.cancel', 'report.file', 'report.export'];
  expect(rows.map(({ action }) => action)).toEqual(acts);
  await reports.open('Past exports');
  await page.getByRole('row', { name: /Activity.*cancelled/ }).waitFor();
  await reports.exportTo(path.join(folder, 'activity.json'));
  expect(await filesBelow(folder)).toEqual(['activity.csv', 'activity.json', 'activity.pdf']);
});

test('verifies a dropped report, and refuses one with a changed byte', async ({ vault, home }) => {
  const file = path.join(home, 'activity.json');
  const reports = new ReportsPage(vault);
  await reports.exportTo(file);
  await reports.verify([file]);
  await reports.isGenuine();

  const bytes = await readFile(file);
  const at = bytes.indexOf('vault.create');
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  const changed = path.join(home, 'changed.json');
  await writeFile(changed, bytes);
  await reports.verify([changed]);
  await reports.isRefused();
  const { page } = vault;
  await page.getByText('Record 1 was changed after it was signed, from byte').first().waitFor();
  await reports.verify([path.join(home, 'activity.pdf')]);
  await page.getByText('activity.pdf is a PDF, which is a rendering of a report.').waitFor();
  expect(await outcomesOf(vault, 'report.verify')).toEqual(['failed', 'ok']);
});

test('shows openssl steps that work for this report and match the documentation', async ({
  vault,
  home,
}) => {
  const name = "Ines' desk, $(all) of it.json";
  const docs = await readFile(path.resolve(script, '../../docs/verify-a-report.md'), 'utf8');
  const reports = new ReportsPage(vault);
  await reports.exportTo(path.join(home, 'first.json'));
  await reports.closeNote();
  await reports.choose('Kind', /Key inventory/);
  await reports.exportTo(path.join(home, name));
  await copyFile(script, path.join(home, 'verify-report.py'));
  await reports.verify([path.join(home, name), path.join(home, 'first.json')]);
  await reports.isGenuine();
  const steps = await reports.steps();
  for (const step of steps) expectStep(step, home);
  const lines = steps.slice(0, -1).flatMap(({ commands }) => commands.split('\n'));
  expect(lines).toHaveLength(10);
  for (const line of lines)
    expect(docs).toContain(line.replaceAll(/'Ines.*\.json'/g, 'report.json'));
});

test('verifies a report while the vault is locked', async ({ vault, home }) => {
  const file = path.join(home, 'activity.json');
  const reports = new ReportsPage(vault);
  await reports.exportTo(file);
  await vault.reloads(() => vault.ask('session.lock', null));
  const { page } = vault;
  await page.getByRole('button', { name: 'Verify a report' }).click();
  await vault.answerDialogs([file]);
  await page.getByRole('button', { name: 'Choose files…' }).click();
  // Anyone can make a key: it is trusted only after its fingerprint was compared.
  await page.getByText('Compare the fingerprint of its key before you rely').waitFor();
  const { key } = JSON.parse(await readFile(file, 'utf8')) as { key: { fingerprint: string } };
  await page.getByLabel('Fingerprint of the key').fill(key.fingerprint);
  await page.getByRole('button', { name: 'Compare' }).click();
  await reports.isGenuine();
});

test('verifies a report against the previous one', async ({ vault, home }) => {
  const [first, second] = [path.join(home, 'first.json'), path.join(home, 'second.json')];
  const reports = new ReportsPage(vault);
  await reports.exportTo(first);
  await reports.closeNote();
  await makeKey(vault, 'Contracts 2026', 'balanced');
  await reports.exportTo(second);
  const third = path.join(home, 'third.pdf');
  const pdf = await readFile(path.join(home, 'second.pdf'), 'latin1');
  await writeFile(
    third,
    pdf.replaceAll(/(JSON SHA-256 )[0-9a-f]{64}/g, `$1${'0'.repeat(64)}`),
    'latin1',
  );
  await reports.verify([
    second,
    first,
    ...['second.pdf', 'first.csv'].map((name) => path.join(home, name)),
    third,
  ]);
  await reports.isGenuine();
  expect(await outcomesOf(vault, 'report.verify')).toEqual(['ok']);
  const { page } = vault;
  await page.getByText(/also since the report of/).waitFor();
  for (const [name, of] of [
    ['second.pdf', 'this file'],
    ['first.csv', 'the previous report'],
    ['third.pdf', 'another file'],
  ] as const)
    await page.getByRole('listitem').filter({ hasText: name }).filter({ hasText: of }).waitFor();
});

test('saves a checkpoint and finds it in the ledger later', async ({ vault, home }) => {
  const { page } = vault;
  const kept = await new ReportsPage(vault).saveCheckpoint(home);
  await makeKey(vault, 'Contracts 2026', 'balanced');
  await vault.answerDialogs([kept]);
  await page.getByRole('button', { name: 'Choose a saved checkpoint…' }).click();
  await page.getByText('It is inside today’s ledger').waitFor({ timeout: 60_000 });
});

test('attaches the reply of a time-stamping authority, which openssl verifies in the report', async ({
  vault,
  home,
}) => {
  const { page } = vault;
  const reports = new ReportsPage(vault);
  const authority = new TimeAuthority();
  try {
    const kept = await reports.saveCheckpoint(home);
    await reports.attach(kept);
    await page.getByText(/is a checkpoint, not the reply/).waitFor();
    const reply = path.join(home, 'reply.tsr');
    await writeFile(reply, authority.stamp(await readFile(kept, 'utf8')));
    await reports.attach(reply);
    await page.getByText(/^Timestamp of the checkpoint over \d+ records saved/).waitFor();
    await page.getByText(/^over \d+ records$/).waitFor();

    await reports.open('Export');
    await page.getByText('1 outside timestamp').waitFor();
    const file = path.join(home, 'stamped.json');
    await reports.exportTo(file);
    await reports.verify([file]);
    await reports.isGenuine();
    await page.getByText(/^One time stamp names a checkpoint/).waitFor();
    await copyFile(authority.certificate, path.join(home, 'authority.pem'));
    const steps = await reports.steps();
    const step = steps.find(({ commands }) => commands.includes('openssl ts -verify'));
    if (step === undefined) throw new Error('there is no step for the time stamp');
    expectStep(step, home);
  } finally {
    authority.remove();
  }
  expect(await outcomesOf(vault, 'checkpoint.timestamp')).toEqual(['ok']);
});

test('compares a dropped checkpoint, and says what other files are', async ({ vault, home }) => {
  const reports = new ReportsPage(vault);
  await reports.exportTo(path.join(home, 'activity.json'));
  const kept = await reports.saveCheckpoint(home);
  const note = await readFile(kept, 'utf8');
  const write = async (file: string, text: string): Promise<string> => {
    await writeFile(path.join(home, file), text);
    return path.join(home, file);
  };
  const cases: [string[], string | RegExp][] = [
    [[kept], /^All \d+ records of the saved checkpoint are in the ledger, unchanged/],
    [[path.join(home, 'activity.json')], 'activity.json is a report, not a checkpoint.'],
    [[path.join(home, 'activity.pdf')], 'activity.pdf is a PDF, not a checkpoint.'],
    [[path.join(home, 'activity.csv')], 'activity.csv is something else, not a checkpoint.'],
    [[await write('wrapped', note.replaceAll('\n', '\r\n'))], 'wrapped is a damaged checkpoint'],
    [[await write('other', note.replaceAll(/[0-9a-f]{32}/g, 'a'.repeat(32)))], /another vault/],
    [[home], /is a folder\.$/],
    [[kept, kept], 'One checkpoint is compared at a time.'],
    [[await write('forged', note.replace(/\n\d+\n/, '\n1\n'))], /key of this vault signed/],
    [[kept], 'It is inside today’s ledger'],
  ];
  for (const [files, words] of cases) {
    await reports.compare(files);
    await vault.page.getByText(words).waitFor({ timeout: 60_000 });
  }
  expect(await outcomesOf(vault, 'checkpoint.compare')).toEqual(['ok', 'failed', 'failed', 'ok']);
});

test('uses UTC days in every time zone, and says so', async ({ home }) => {
  const vault = await Driver.start({ home, env: { TZ: 'Pacific/Kiritimati' } });
  await makeVault(vault);
  const { page } = vault;
  const reports = new ReportsPage(vault);
  await reports.open('Export');
  await reports.choose('Time', /Custom range/);
  await page.getByText('Days start at midnight UTC, which is 14:00 here.').waitFor();
  await page.getByLabel('From', { exact: true }).fill('2026-01-31');
  await page.getByLabel('To, this day included').fill('2026-02-01');
  await page.getByText(/of 31 January 2026 to 1 February 2026$/).waitFor();
  await reports.exportTo(path.join(home, 'days.json'));
  const { statement } = JSON.parse(await readFile(path.join(home, 'days.json'), 'utf8')) as {
    statement: { title: string; filter: unknown };
  };
  // The same as --since 2026-01-31 --until 2026-02-02 on the command line.
  expect(statement.filter).toEqual({
    since: '2026-01-31T00:00:00.000Z',
    until: '2026-02-02T00:00:00.000Z',
  });
  expect(statement.title).toBe('Activity, 31 January 2026 to 1 February 2026');
  const pdf = execFileSync('pdftotext', ['-l', '1', path.join(home, 'days.pdf'), '-']).toString();
  expect(pdf.replaceAll(/\s+/g, ' ')).toContain(
    'from 2026-01-31 00:00:00 UTC, before 2026-02-02 00:00:00 UTC',
  );
  await vault.stop();
});

test('remembers that the key of a report was compared, for this user only', async ({ home }) => {
  const maker = await Driver.start({ home });
  await makeVault(maker);
  const file = path.join(home, 'activity.json');
  await new ReportsPage(maker).exportTo(file);
  await maker.stop();
  const { key } = JSON.parse(await readFile(file, 'utf8')) as { key: { fingerprint: string } };

  /** The first page of the app for somebody without a vault. */
  const open = async (reader: string): Promise<Driver> => {
    const place = path.join(home, reader);
    await mkdir(place, { recursive: true });
    const app = await Driver.start({ home: place });
    await app.page.getByRole('button', { name: 'Verify a report' }).click();
    await app.answerDialogs([file]);
    await app.page.getByRole('button', { name: 'Choose files…' }).click();
    return app;
  };
  const remembered = 'reader/state/signers.json';
  const amber = 'Compare the fingerprint of its key before you rely on this report';
  const first = await open('reader');
  const { page } = first;
  await page.getByText(amber).waitFor();
  // A different fingerprint does not count as a comparison.
  const other = `${key.fingerprint.startsWith('0') ? '1' : '0'}${key.fingerprint.slice(1)}`;
  await page.getByLabel('Fingerprint of the key').fill(other);
  await page.getByRole('button', { name: 'Compare' }).click();
  await page.getByText('Do not rely on this report.').waitFor();
  expect(await filesBelow(home)).not.toContain(remembered);
  const began = new Date().toISOString();
  await page
    .getByLabel('Fingerprint of the key')
    .fill(key.fingerprint.match(/.{4}/g)?.join(' ') ?? '');
  await page.getByRole('button', { name: 'Compare' }).click();
  await page.getByText('This report is genuine').waitFor();
  await first.stop();
  expect(await filesBelow(home)).toContain(remembered);
  const [signer] = JSON.parse(await readFile(path.join(home, remembered), 'utf8')) as [
    { fingerprint: string; by: string; at: string },
  ];
  expect(signer.fingerprint).toBe(key.fingerprint);
  expect(signer.by).toBe(userInfo().username);
  expect(signer.at >= began && signer.at <= new Date().toISOString()).toBe(true);

  // It is remembered for this user; another user has to compare it.
  const second = await open('reader');
  await second.page.getByText('This report is genuine').waitFor();
  const at = signer.at.replace('T', ' ').replace('Z', ' UTC');
  await second.page.getByText(`was compared by ${signer.by}, ${at}`).waitFor();
  await second.stop();
  const third = await open('somebody else');
  await third.page.getByText(amber).waitFor();
  await third.stop();
});

test('says whether this vault or another one signed a report', async ({ home, vault }) => {
  const own = path.join(home, 'own.json');
  await new ReportsPage(vault).exportTo(own);
  await vault.answerDialogs([own]);
  const mine = await vault.call('verify.pick', null);
  expect(mine).toMatchObject({ signer: { kind: 'this-vault' }, otherVault: false });

  const place = path.join(home, 'other');
  await mkdir(place);
  const other = await Driver.start({ home: place });
  await makeVault(other);
  await new ReportsPage(other).verify([own]);
  await other.page.getByText('It was not signed by this vault.').waitFor();
  await other.stop();
});
