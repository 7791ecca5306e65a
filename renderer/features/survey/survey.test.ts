import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import type { SurveyResult } from '../../../shared/contract/survey.ts';
import { Failure } from '../../../shared/failure.ts';
import { id, keyRow } from '../../testing/answers.ts';
import { openWindow, type OpenWindow } from '../../testing/window.ts';

const payroll = keyRow('Payroll', '2');
const row = { key: payroll.id, name: 'Payroll', newest: false, alone: 3, proved: null, refused: 0 };
const none = { files: 0, encrypted: 0, foreign: 0, plain: 0, damaged: 0, unreadable: 0, others: 0 };
const claimed: SurveyResult = {
  ...{ ...none, files: 9, encrypted: 7, plain: 1, damaged: 1, unlisted: 0 },
  versions: [
    { ...row, version: 2, state: 'active', newest: true, files: 4 },
    { ...row, version: 1, state: 'suspended', files: 3 },
    { ...row, key: id('9'), name: null, version: 1, state: null, files: 2, alone: 0 },
  ],
  problems: [
    {
      ...{ name: 'broken.clv', folder: '/home/ada/finance' },
      reason: { code: 'header-damaged', cause: 'The header of this file is damaged.' },
    },
  ],
};

const openSurvey = async (
  run: (input: { readonly prove: boolean }) => SurveyResult | Promise<SurveyResult>,
): Promise<OpenWindow & { readonly dialog: HTMLElement }> => {
  const opened = openWindow({
    'keys.list': () => [payroll],
    'survey.pick': () => ({ id: id('5'), first: '/home/ada/finance', others: 0 }),
    'survey.run': run,
    'survey.cancel': () => null,
    'survey.draft': () => ({ items: [] }),
  });
  await opened.user.click(await screen.findByRole('button', { name: 'Keys' }));
  await opened.user.click(await screen.findByRole('button', { name: 'Survey files…' }));
  const dialog = await screen.findByRole('dialog');
  await opened.user.click(within(dialog).getByRole('button', { name: 'Choose a folder…' }));
  expect(await within(dialog).findByText('/home/ada/finance')).toBeVisible();
  return { ...opened, dialog };
};

const cellsOf = (dialog: HTMLElement): (string | undefined)[][] =>
  within(dialog)
    .getAllByRole('row')
    .slice(1)
    .map((each) =>
      within(each)
        .getAllByRole('cell')
        .map((cell) => cell.textContent.trim()),
    );

test('a survey tells which key versions the files of a folder need, as claims', async () => {
  const { user, dialog, bridge } = await openSurvey(() => claimed);
  await user.click(within(dialog).getByRole('button', { name: 'Survey' }));
  expect(
    await within(dialog).findByText('9 files, 7 encrypted, 1 not encrypted, 1 damaged'),
  ).toBeVisible();
  expect(bridge.inputsOf('survey.run')).toEqual([{ id: id('5'), prove: false }]);
  const rows = cellsOf(dialog).map(([, ...cells]) => cells);
  expect(rows).toEqual([
    ['4', '3', 'Claimed'],
    ['3', '3', 'Claimed'],
    ['2', '', 'Key not here'],
  ]);
  expect(within(dialog).getByText('The header of this file is damaged.')).toBeVisible();
  await user.click(within(dialog).getByRole('button', { name: 'Plan a rewrap' }));
  expect(bridge.inputsOf('survey.draft')).toEqual([{ id: id('5') }]);
  expect(await screen.findByRole('heading', { level: 1, name: 'Encrypt & decrypt' })).toBeVisible();
});

test('where slots are tried, it tells how many opened', async () => {
  const proved = {
    ...claimed,
    versions: [{ ...row, version: 1, state: 'active' as const, files: 5, proved: 4, refused: 1 }],
  };
  const { user, dialog, bridge } = await openSurvey(() => proved);
  await user.click(within(dialog).getByLabelText(/^Try each slot with its key/));
  await user.click(within(dialog).getByRole('button', { name: 'Survey' }));
  expect(await within(dialog).findByText('4 proved')).toBeVisible();
  expect(within(dialog).getByText(/1 not opened/)).toBeVisible();
  expect(bridge.inputsOf('survey.run')).toMatchObject([{ prove: true }]);
});

test('it tells how far it is, and closing it ends it without a complaint', async () => {
  let fail: (error: Error) => void = () => undefined;
  const { user, dialog, bridge } = await openSurvey(
    () => new Promise((_, reject) => (fail = reject)),
  );
  await user.click(within(dialog).getByRole('button', { name: 'Survey' }));
  bridge.emit('survey.progress', { files: 640 });
  expect(await within(dialog).findByText('640 files read')).toBeVisible();
  await user.click(within(dialog).getByRole('button', { name: /^Cancel/ }));
  expect(bridge.inputsOf('survey.cancel')).toEqual([null]);
  fail(new Failure('cancelled', 'The survey was cancelled.'));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await user.click(screen.getByRole('button', { name: 'Survey files…' }));
  expect(await screen.findByText('Nothing is chosen yet.')).toBeVisible();
  expect(screen.queryByText('The survey was cancelled.')).toBeNull();
});
