import { screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { Failure, toFailureData } from '../../../shared/failure.ts';
import type { BatchId } from '../../../shared/ids.ts';
import type { FakeCalls } from '../../testing/fake-bridge.ts';
import { batch, exported, id, keyRow, noon, pastReport, preview } from '../../testing/answers.ts';
import { openWindow, type OpenWindow } from '../../testing/window.ts';

const openReports = async (calls: FakeCalls = {}): Promise<OpenWindow> => {
  const opened = openWindow(calls);
  await opened.user.click(await screen.findByRole('button', { name: 'Reports' }));
  await screen.findByRole('heading', { level: 1, name: 'Reports' });
  return opened;
};

const choose = async ({ user }: OpenWindow, field: string, option: RegExp): Promise<void> => {
  await user.click(screen.getByLabelText(field));
  await user.click(await screen.findByRole('option', { name: option }));
};

const narrow = async ({ user }: OpenWindow, chip: string, value: string): Promise<void> => {
  await user.click(await screen.findByRole('button', { name: chip }));
  await user.click(await screen.findByRole('menuitemradio', { name: value }));
};

const newest = ({ bridge }: OpenWindow): unknown => bridge.inputsOf('reports.preview').at(-1);
const panel = (): HTMLElement =>
  screen.getByRole('complementary', { name: 'What the report will contain' });

describe('what a report will contain', () => {
  test('is counted, with its proofs and what it cannot prove', async () => {
    await openReports({
      'reports.preview': () =>
        preview({
          counts: { searched: 27_321, included: 6204, omitted: 21_117 },
          previous: { kind: 'activity', made: noon, size: 900, inside: true },
        }),
    });
    expect(await within(panel()).findByText('6,204')).toBeVisible();
    expect(within(panel()).getByText('21,117 records that do not match')).toBeVisible();
    expect(within(panel()).getByText('3 to 12')).toBeVisible();
    expect(within(panel()).getByText('4 receipts')).toBeVisible();
    expect(within(panel()).getByText('Both boundary checkpoints')).toBeVisible();
    expect(within(panel()).getByText(/^Consistency with the report of/)).toBeVisible();
    expect(within(panel()).getByText(/proves nothing about what happened after/)).toBeVisible();
    expect(screen.getByText('its checkpoint is inside today’s ledger')).toBeVisible();
  });

  test('follows the kind, the time and the conditions', async () => {
    const opened = await openReports();
    const now = new Date();
    expect(newest(opened)).toEqual({
      kind: 'activity',
      filter: {
        since: new Date(now.getFullYear(), now.getMonth(), 1).toISOString(),
        until: new Date(now.getFullYear(), now.getMonth() + 1, 1).toISOString(),
      },
    });
    await choose(opened, 'Time', /All time/);
    await narrow(opened, 'User', 'auditor');
    await narrow(opened, 'Action', 'All of files');
    expect(newest(opened)).toEqual({
      kind: 'activity',
      filter: { user: 'auditor', action: 'file.' },
    });
    await choose(opened, 'Kind', /Key inventory/);
    expect(newest(opened)).toEqual({ kind: 'key-inventory', filter: { user: 'auditor' } });
    expect(screen.queryByRole('button', { name: 'Action' })).toBe(null);
  });

  test('filters by a user’s name as it is, and shows it spelt out', async () => {
    const user = 'an\u200bna';
    const opened = await openReports({ 'reports.preview': () => preview({ knownUsers: [user] }) });
    await narrow(opened, 'User', 'an\\u{200b}na');
    expect(newest(opened)).toMatchObject({ filter: { user } });
    expect(screen.getByRole('button', { name: /^User/ })).toHaveTextContent('an\\u{200b}na');
  });

  test('asks for the key before it counts a key history', async () => {
    const opened = await openReports();
    await choose(opened, 'Kind', /Key history/);
    expect(await within(panel()).findByText('Choose the key first.')).toBeVisible();
    expect(screen.getByRole('button', { name: /^Export/ })).toHaveAttribute('aria-disabled');
    expect(newest(opened)).toMatchObject({ kind: 'activity' });
    await opened.user.click(screen.getByRole('combobox', { name: 'Key' }));
    await opened.user.click(await screen.findByRole('option', { name: /Payroll/ }));
    expect(newest(opened)).toEqual({ kind: 'key-life', filter: { key: id('2') } });
  });

  test('says how large its files will be', async () => {
    await openReports();
    expect(await screen.findByText('about 24 kB')).toBeVisible();
    expect(screen.getByText('about 5 pages, 95 kB')).toBeVisible();
    expect(screen.getByText('about 9 kB')).toBeVisible();
  });

  test('says before the start that a PDF would be too long', async () => {
    const sizes = { json: 1, csv: 1, pdf: null, mostOnPaper: 58_000 };
    const counts = { searched: 70_000, included: 70_000, omitted: 0 };
    const { bridge, user } = await openReports({
      'reports.preview': () => preview({ sizes, counts }),
      'reports.export': () => exported(),
    });
    expect(await screen.findByText(/^Not possible for 70,000 records: .* 58,000/)).toBeVisible();
    const pdf = screen.getByRole('checkbox', { name: /^PDF/ });
    await user.click(pdf);
    expect(pdf).not.toBeChecked();
    await user.click(screen.getByRole('button', { name: /^Export 1 file…/ }));
    expect(bridge.inputsOf('reports.export')).toMatchObject([{ also: [] }]);
  });

  test('says why none can be made', async () => {
    const { bridge, user } = await openReports({
      'reports.preview': () =>
        preview({
          refusal: toFailureData(new Failure('report-unproved', 'The token cannot sign.')),
        }),
    });
    expect(await screen.findByRole('alert')).toHaveTextContent('The token cannot sign.');
    await user.keyboard('{Enter}');
    expect(bridge.inputsOf('reports.export')).toEqual([]);
  });
});

describe('export', () => {
  test('Enter exports, shows where the files are and what to tell the reader', async () => {
    const opened = await openReports({ 'reports.export': () => exported() });
    await choose(opened, 'Time', /All time/);
    await opened.user.click(screen.getByRole('checkbox', { name: 'CSV' }));
    await screen.findByRole('button', { name: /^Export 3 files/ });
    (document.activeElement as HTMLElement).blur();
    await opened.user.keyboard('{Enter}');
    expect(opened.bridge.inputsOf('reports.export')).toEqual([
      { kind: 'activity', filter: {}, title: 'Activity', also: ['pdf', 'csv'] },
    ]);
    const note = await screen.findByRole('status', { name: 'Exported, record 13' });
    expect(note).toHaveTextContent('activity.json');
    expect(note).toHaveTextContent('10 of 10 records, signed up to record 13.');
    expect(note).toHaveTextContent('ffff ffff');
  });

  test('the JSON cannot be deselected', async () => {
    const { user } = await openReports();
    const json = screen.getByRole('checkbox', { name: 'JSON' });
    await user.click(json);
    expect(json).toBeChecked();
    expect(json).toHaveAttribute('aria-disabled', 'true');
  });

  test('says what it does, and how it failed', async () => {
    let fail: (error: Failure) => void = () => undefined;
    const { bridge, user } = await openReports({
      'reports.export': () =>
        new Promise((_resolve, reject) => {
          fail = reject;
        }),
    });
    await user.click(await screen.findByRole('button', { name: /^Export 2 files/ }));
    bridge.emit('reports.step', 'pdf');
    expect(await screen.findByText('Drawing and signing the PDF')).toBeVisible();
    fail(new Failure('exists', '/srv/a.json exists.', { next: 'Choose another name.' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('Choose another name.');
  });

  test.each(['button', 'Escape'])('is cancelled by %s, and says so calmly', async (how) => {
    let fail: (error: Failure) => void = () => undefined;
    const { bridge, user } = await openReports({
      'reports.cancel': () => null,
      'reports.export': () =>
        new Promise((_resolve, reject) => {
          fail = reject;
        }),
    });
    await user.click(await screen.findByRole('button', { name: /^Export 2 files/ }));
    await user.keyboard('{Escape}');
    expect(bridge.inputsOf('reports.cancel')).toEqual([]);
    bridge.emit('reports.step', 'json');
    const cancel = await screen.findByRole('button', { name: /^Cancel/ });
    if (how === 'button') await user.click(cancel);
    await user.keyboard('{Escape}');
    expect(bridge.inputsOf('reports.cancel')).toEqual([null]);
    expect(await screen.findByText('Cancelling')).toBeVisible();
    fail(new Failure('cancelled', 'The export was cancelled.', { unharmed: 'No file is left.' }));
    const note = await screen.findByText('The export was cancelled.');
    expect(note.closest('[role="status"]')).toHaveTextContent('No file is left.');
    expect(screen.queryByRole('alert')).toBe(null);
    expect(screen.queryByRole('button', { name: /^Cancel/ })).toBe(null);
  });

  test('a cancelled dialog changes nothing', async () => {
    const { user } = await openReports({ 'reports.export': () => null });
    await user.click(await screen.findByRole('button', { name: /^Export 2 files/ }));
    expect(await screen.findByRole('button', { name: /^Export 2 files/ })).toBeVisible();
    expect(screen.queryByRole('status', { name: /^Exported/ })).toBe(null);
  });
});

describe('from elsewhere', () => {
  test('"Report on this key" opens the export of its history', async () => {
    const key = keyRow('Contracts', '1');
    const { bridge, user } = openWindow({
      'keys.detail': () => ({ key, versions: [], history: [], records: 3, seals: null }),
    });
    await user.click(await screen.findByRole('button', { name: 'Keys' }));
    await user.click(await screen.findByRole('row', { name: /Contracts/ }));
    await user.click(await screen.findByRole('button', { name: 'Report on this key' }));
    expect(await screen.findByRole('tab', { name: 'Export', selected: true })).toBeVisible();
    expect(bridge.inputsOf('reports.preview').at(-1)).toEqual({
      kind: 'key-life',
      filter: { key: id('1') },
    });
  });

  test('"Report on this batch" opens the export of its receipts', async () => {
    const ended = batch({ state: 'finished', done: 12, filesDone: 12, ended: noon });
    const { bridge, user } = openWindow({
      'batch.current': () => ended,
      'batch.receipts': () => ({ rows: [], total: 0 }),
    });
    await user.click(await screen.findByRole('button', { name: 'Encrypt & decrypt' }));
    await user.click(await screen.findByRole('button', { name: 'Report on this batch' }));
    expect(await screen.findByRole('heading', { level: 1, name: 'Reports' })).toBeVisible();
    const filter = { batch: id('e') as BatchId };
    expect(bridge.inputsOf('reports.preview').at(-1)).toEqual({ kind: 'batch-receipts', filter });
  });
});

describe('past exports', () => {
  const openPast = async (calls: FakeCalls): Promise<OpenWindow> => {
    const opened = await openReports(calls);
    await opened.user.click(screen.getByRole('tab', { name: 'Past exports' }));
    return opened;
  };

  test('lists each report with its files, and says which are missing', async () => {
    const [file] = pastReport().files;
    const files = file === undefined ? [] : [file, { ...file, id: id('8'), present: false }];
    const { bridge, user } = await openPast({
      'reports.past': () => ({ reports: [pastReport({ files })], total: 1 }),
      'reports.reveal': () => null,
    });
    await user.click(await screen.findByRole('row', { name: /Activity/ }));
    const detail = screen.getByRole('complementary', { name: 'Activity' });
    expect(within(detail).getByText('still there')).toBeVisible();
    expect(within(detail).getByText('missing')).toBeVisible();
    await user.click(within(detail).getByRole('button', { name: 'Show in folder' }));
    expect(bridge.inputsOf('reports.reveal')).toEqual([{ id: id('7') }]);
  });

  test('names whole days and months of a filter in the list, and moments beside it', async () => {
    const at = (month: number, date: number): string => new Date(2026, month, date).toISOString();
    const since = at(9, 1);
    const filters = [
      { since, until: at(10, 1), user: 'auditor' },
      { since, until: at(9, 3) },
      { since: noon },
    ];
    const reports = filters.map((filter, index) => pastReport({ record: 20 - index, filter }));
    const { user } = await openPast({ 'reports.past': () => ({ reports, total: 3 }) });
    await user.click(await screen.findByText('by officer; October 2026, user auditor'));
    expect(screen.getByText('by officer; 1 October 2026 to 2 October 2026')).toBeVisible();
    expect(screen.getByText(/by officer; from \d{4}-\d\d-\d\d .* UTC/)).toBeVisible();
    const detail = screen.getByRole('complementary', { name: 'Activity' });
    expect(
      within(detail).getByText(/^from 2026-\d\d-\d\d .* UTC, before .*, user auditor$/),
    ).toBeVisible();
  });

  test('says of one that it was cancelled', async () => {
    const { user } = await openPast({
      'reports.past': () => ({ reports: [pastReport({ cancelled: true })], total: 1 }),
    });
    await user.click(await screen.findByRole('row', { name: /Activity.*cancelled/ }));
    const detail = screen.getByRole('complementary', { name: 'Activity' });
    expect(within(detail).getByText(/^This export was cancelled/)).toBeVisible();
  });

  test('offers to export the first one if there is none', async () => {
    const { user } = await openPast({ 'reports.past': () => ({ reports: [], total: 0 }) });
    await user.click(await screen.findByRole('button', { name: 'Export a report' }));
    expect(screen.getByRole('tab', { name: 'Export', selected: true })).toBeVisible();
  });
});
