import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import type { Driver } from './support/driver.ts';
import { makeKey, test } from './support/test.ts';

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

test('exports a report that others can verify, and lists it', async ({ vault, home }) => {
  await makeKey(vault, 'Contracts 2026', 'balanced');
  const file = path.join(home, 'activity.json');
  await exportActivity(vault, file);

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
