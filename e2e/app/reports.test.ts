import { execFileSync, spawnSync } from 'node:child_process';
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from 'playwright';
import { expect } from 'vitest';
import { TimeAuthority } from '../../main/reports/testing/time-authority.ts';
import type { Driver } from './support/driver.ts';
import { filesBelow, makeKey, test } from './support/test.ts';

const script = path.resolve(import.meta.dirname, '../../scripts/verify-report.py');

const openReports = async ({ page }: Driver): Promise<void> => {
  await page.getByRole('navigation').getByRole('button', { name: 'Reports' }).click();
  await page.getByRole('heading', { level: 1, name: 'Reports' }).waitFor();
};

/** Exports an activity report as PDF and CSV too, as a person does. */
const exportActivity = async (driver: Driver, file: string): Promise<void> => {
  const { page } = driver;
  await driver.answerDialogs([file]);
  await openReports(driver);
  const csv = page.getByRole('checkbox', { name: 'CSV' });
  if (!(await csv.isChecked())) await csv.check();
  await page.getByRole('button', { name: /^Export 3 files/ }).click();
  await page.getByRole('status', { name: /^Exported/ }).waitFor({ timeout: 60_000 });
};

/** Drops files on the middle of an area. */
const dropOn = async (driver: Driver, area: Locator, files: readonly string[]): Promise<void> => {
  const box = await area.boundingBox();
  if (box === null) throw new Error('the area is not shown');
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const cdp = await driver.page.context().newCDPSession(driver.page);
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await cdp.send('Input.dispatchDragEvent', { type, ...at, data });
  await cdp.detach();
};

test('exports a report that others can verify, and lists it', async ({ vault, home }) => {
  await makeKey(vault, 'Contracts 2026', 'balanced');
  const file = path.join(home, 'activity.json');
  const { sizes } = await vault.call('reports.preview', { kind: 'activity', filter: {} });
  await exportActivity(vault, file);
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
  const records = await vault.call('audit.query', {
    filter: { action: 'report.file' },
    ...{ upTo: null, offset: 0, limit: 10 },
  });
  expect(records.total).toBe(3);
});

/** Halts the token's driver as soon as the PDF is begun, which it is to sign. @returns lets it go on */
const haltAtPdf = async ({ app }: Driver): Promise<() => void> => {
  const engine = await app.evaluate(({ app: electron, BrowserWindow }) => {
    const found = electron.getAppMetrics().find(({ name }) => name === 'claviger-engine');
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    if (found === undefined || contents === undefined) throw new Error('no engine or no window');
    const send = contents.send.bind(contents);
    contents.send = (channel: string, ...args: { name?: string; data?: unknown }[]) => {
      if (args[0]?.name === 'reports.step' && args[0].data === 'pdf') {
        process.kill(found.pid, 'SIGSTOP');
        contents.send = send;
      }
      send(channel, ...args);
    };
    return found.pid;
  });
  return () => void process.kill(engine, 'SIGCONT');
};

test('cancels an export while the token signs, and leaves no file behind', async ({
  vault,
  home,
}) => {
  const goOn = await haltAtPdf(vault);
  const folder = path.join(home, 'out');
  await mkdir(folder);
  const { page } = vault;
  await vault.answerDialogs([path.join(folder, 'activity.json')]);
  await openReports(vault);
  await page.getByRole('button', { name: /^Export 2 files/ }).click();
  await page.getByText('Drawing and signing the PDF').waitFor({ timeout: 60_000 });
  expect(await filesBelow(folder)).toEqual(['activity.json']);
  await page.keyboard.press('Escape');
  const note = page.getByRole('status').filter({ hasText: 'The export was cancelled.' });
  await note.waitFor({ timeout: 60_000 });
  expect(await filesBelow(folder)).toEqual([]);
  goOn();
  const { rows } = await vault.call('audit.query', {
    filter: {},
    ...{ upTo: null, offset: 0, limit: 3 },
  });
  expect(rows.map(({ action }) => action)).toEqual([
    'report.cancel',
    'report.file',
    'report.export',
  ]);
  await page.getByRole('tab', { name: 'Exported before' }).click();
  await page.getByRole('row', { name: /Activity.*cancelled/ }).waitFor();
  await page.getByRole('tab', { name: 'Export', exact: true }).click();
  await exportActivity(vault, path.join(folder, 'activity.json'));
  expect(await filesBelow(folder)).toEqual(['activity.csv', 'activity.json', 'activity.pdf']);
});

test('verifies a dropped report, and refuses one with a changed byte', async ({ vault, home }) => {
  const file = path.join(home, 'activity.json');
  await exportActivity(vault, file);
  const { page } = vault;
  await page.getByRole('tab', { name: 'Verify a report' }).click();
  const zone = page.getByRole('group', { name: /^Drop zone: verify/ });
  await dropOn(vault, zone, [file]);
  await page.getByText('This report is genuine').waitFor({ timeout: 60_000 });

  const bytes = await readFile(file);
  const at = bytes.indexOf('vault.create');
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  const changed = path.join(home, 'changed.json');
  await writeFile(changed, bytes);
  await dropOn(vault, zone, [changed]);
  await page.getByText('Do not rely on this report.').waitFor({ timeout: 60_000 });
  // Where it stands in the file, and which record that is.
  await page.getByText(`Record 1 is not as it was signed, from byte`).first().waitFor();
  await dropOn(vault, zone, [path.join(home, 'activity.pdf')]);
  await page.getByText('activity.pdf is a PDF, which is a rendering.').waitFor();
  const { rows } = await vault.call('audit.query', {
    filter: { action: 'report.verify' },
    ...{ upTo: null, offset: 0, limit: 10 },
  });
  expect(rows.map(({ outcome }) => outcome)).toEqual(['failed', 'ok']);
});

interface ShownStep {
  readonly title: string;
  readonly commands: string;
  readonly prints: string;
}

/** What "Show the steps with openssl" shows. */
const shownSteps = async ({ page }: Driver): Promise<ShownStep[]> => {
  await page.getByRole('button', { name: 'Show the steps with openssl' }).click();
  const steps = page.getByRole('region', { name: 'The steps with openssl' });
  await steps.waitFor();
  return steps.getByRole('listitem').evaluateAll((items) =>
    items.map((item) => ({
      title: item.querySelector('h3')?.textContent ?? '',
      commands: item.querySelector('pre')?.textContent ?? '',
      prints: item.querySelector('.id')?.textContent ?? '',
    })),
  );
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

test('shows steps with openssl that hold for this report, as the documentation says them', async ({
  vault,
  home,
}) => {
  const name = "Ines' desk, $(all) of it.json";
  const docs = await readFile(path.resolve(script, '../../docs/verify-a-report.md'), 'utf8');
  await exportActivity(vault, path.join(home, 'first.json'));
  await vault.page.getByRole('button', { name: 'Close' }).click();
  await vault.page.getByLabel('Kind').click();
  await vault.page.getByRole('option', { name: /Key inventory/ }).click();
  await exportActivity(vault, path.join(home, name));
  await copyFile(script, path.join(home, 'verify-report.py'));
  await vault.page.getByRole('tab', { name: 'Verify a report' }).click();
  const zone = vault.page.getByRole('group', { name: /^Drop zone: verify/ });
  await dropOn(vault, zone, [path.join(home, name), path.join(home, 'first.json')]);
  await vault.page.getByText('This report is genuine').waitFor({ timeout: 60_000 });
  const steps = await shownSteps(vault);
  for (const step of steps) expectStep(step, home);
  const lines = steps.slice(0, -1).flatMap(({ commands }) => commands.split('\n'));
  expect(lines).toHaveLength(10);
  for (const line of lines)
    expect(docs).toContain(
      line.replaceAll(/'Ines.*\.json'/g, 'report.json').replace('opening', 'closing'),
    );
});

test('verifies a report while the vault is locked', async ({ vault, home }) => {
  const file = path.join(home, 'activity.json');
  await exportActivity(vault, file);
  await vault.reloads(() => vault.ask('session.lock', null));
  const { page } = vault;
  await page.getByRole('button', { name: 'Verify a report' }).click();
  await vault.answerDialogs([file]);
  await page.getByRole('button', { name: 'Choose files …' }).click();
  await page.getByText('This report is genuine').waitFor({ timeout: 60_000 });
});

test('hands a checkpoint out and finds it in the ledger later', async ({ vault, home }) => {
  const { page } = vault;
  await openReports(vault);
  await page.getByRole('tab', { name: 'Kept checkpoints' }).click();
  await vault.answerDialogs([home]);
  await page.getByRole('button', { name: 'Sign and save …' }).click();
  await page.getByText(/^Checkpoint over/).waitFor({ timeout: 60_000 });
  const [kept = ''] = (await filesBelow(home)).filter((name) => name.endsWith('.checkpoint'));
  await makeKey(vault, 'Contracts 2026', 'balanced');
  await vault.answerDialogs([path.join(home, kept)]);
  await page.getByRole('button', { name: 'Choose a kept checkpoint …' }).click();
  await page.getByText('It is inside today’s ledger').waitFor({ timeout: 60_000 });
});

test('attaches the reply of a time-stamping authority, which openssl verifies in the report', async ({
  vault,
  home,
}) => {
  const { page } = vault;
  const authority = new TimeAuthority();
  try {
    await openReports(vault);
    await page.getByRole('tab', { name: 'Kept checkpoints' }).click();
    await vault.answerDialogs([home]);
    await page.getByRole('button', { name: 'Sign and save …' }).click();
    await page.getByText(/^Checkpoint over/).waitFor({ timeout: 60_000 });
    const [name = ''] = (await filesBelow(home)).filter((each) => each.endsWith('.checkpoint'));
    const kept = path.join(home, name);
    await vault.answerDialogs([kept]);
    await page.getByRole('button', { name: 'Attach a timestamp …' }).click();
    await page.getByText(/is a checkpoint, not the reply/).waitFor();
    const reply = path.join(home, 'reply.tsr');
    await writeFile(reply, authority.stamp(await readFile(kept, 'utf8')));
    await vault.answerDialogs([reply]);
    await page.getByRole('button', { name: 'Attach a timestamp …' }).click();
    await page.getByText(/^Timestamp of the checkpoint over \d+ records is kept/).waitFor();
    await page.getByText(/^over \d+ records$/).waitFor();

    await page.getByRole('tab', { name: 'Export', exact: true }).click();
    await page.getByText('1 outside timestamp').waitFor();
    const file = path.join(home, 'stamped.json');
    await exportActivity(vault, file);
    await page.getByRole('tab', { name: 'Verify a report' }).click();
    await dropOn(vault, page.getByRole('group', { name: /^Drop zone: verify/ }), [file]);
    await page.getByText('This report is genuine').waitFor({ timeout: 60_000 });
    await page.getByText(/^One time stamp names a checkpoint/).waitFor();
    await copyFile(authority.certificate, path.join(home, 'authority.pem'));
    const steps = await shownSteps(vault);
    const step = steps.find(({ commands }) => commands.includes('openssl ts -verify'));
    if (step === undefined) throw new Error('there is no step for the time stamp');
    expectStep(step, home);
  } finally {
    authority.remove();
  }
  const { rows } = await vault.call('audit.query', {
    filter: { action: 'checkpoint.timestamp' },
    ...{ upTo: null, offset: 0, limit: 10 },
  });
  expect(rows.map(({ outcome }) => outcome)).toEqual(['ok']);
});

test('compares a dropped checkpoint, and says of other files what they are', async ({
  vault,
  home,
}) => {
  const { page } = vault;
  await exportActivity(vault, path.join(home, 'activity.json'));
  await page.getByRole('tab', { name: 'Kept checkpoints' }).click();
  await vault.answerDialogs([home]);
  await page.getByRole('button', { name: 'Sign and save …' }).click();
  await page.getByText(/^Checkpoint over/).waitFor({ timeout: 60_000 });
  const [name = ''] = (await filesBelow(home)).filter((each) => each.endsWith('.checkpoint'));
  const kept = path.join(home, name);
  const note = await readFile(kept, 'utf8');
  const write = async (file: string, text: string): Promise<string> => {
    await writeFile(path.join(home, file), text);
    return path.join(home, file);
  };
  const zone = page.getByRole('group', { name: /^Drop zone: compare/ });
  const cases: [string[], string | RegExp][] = [
    [[kept], /^All \d+ records of the kept checkpoint are here unchanged/],
    [[path.join(home, 'activity.json')], 'activity.json is a report, not a checkpoint.'],
    [[path.join(home, 'activity.pdf')], 'activity.pdf is a PDF, not a checkpoint.'],
    [[path.join(home, 'activity.csv')], 'activity.csv is something else, not a checkpoint.'],
    [[await write('wrapped', note.replaceAll('\n', '\r\n'))], 'wrapped is a damaged checkpoint'],
    [[await write('other', note.replaceAll(/[0-9a-f]{32}/g, 'a'.repeat(32)))], /another vault/],
    [[home], /is a folder\.$/],
    [[kept, kept], 'One checkpoint is compared at a time.'],
    [[await write('forged', note.replace(/\n\d+\n/, '\n1\n'))], /has signed/],
    [[kept], 'It is inside today’s ledger'],
  ];
  for (const [files, words] of cases) {
    await dropOn(vault, zone, files);
    await page.getByText(words).waitFor({ timeout: 60_000 });
  }
  const { rows } = await vault.call('audit.query', {
    filter: { action: 'checkpoint.compare' },
    ...{ upTo: null, offset: 0, limit: 10 },
  });
  expect(rows.map(({ outcome }) => outcome)).toEqual(['ok', 'failed', 'failed', 'ok']);
});

test('verifies a report against the one before it', async ({ vault, home }) => {
  const [first, second] = [path.join(home, 'first.json'), path.join(home, 'second.json')];
  await exportActivity(vault, first);
  const { page } = vault;
  await page
    .getByRole('status', { name: /^Exported/ })
    .getByRole('button', { name: 'Close' })
    .click();
  await makeKey(vault, 'Contracts 2026', 'balanced');
  await exportActivity(vault, second);
  await page.getByRole('tab', { name: 'Verify a report' }).click();
  const zone = page.getByRole('group', { name: /^Drop zone: verify/ });
  await dropOn(vault, zone, [second, first]);
  await page.getByText('This report is genuine').waitFor({ timeout: 60_000 });
  const { rows } = await vault.call('audit.query', {
    filter: { action: 'report.verify' },
    ...{ upTo: null, offset: 0, limit: 10 },
  });
  expect(rows.map(({ outcome }) => outcome)).toEqual(['ok']);
  await page.getByText(/also since the report of/).waitFor();
});
