import { screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import type { KeyDetail, KeyRow } from '../../../shared/contract/keys.ts';
import type { Input } from '../../../shared/contract.ts';
import { Failure } from '../../../shared/failure.ts';
import { keyRow, session } from '../../testing/answers.ts';
import { openWindow, type OpenWindow } from '../../testing/window.ts';

type Version = KeyDetail['versions'][number];

const versionOf = (version: number, more: Partial<Version> = {}): Version => ({
  ...{ version, state: 'active', kcv: '878d33', files: 0, lastUsed: null },
  created: '2026-11-20T12:00:00.000Z',
  since: '2026-11-20T12:00:00.000Z',
  activated: '2026-11-20T12:00:00.000Z',
  ...{ activates: null, deactivated: null, compromised: null, destroyed: null },
  ...{ destroys: null, postponed: false, beforeDestroy: null, refused: null },
  ...more,
});

interface Opened extends OpenWindow {
  readonly changes: () => unknown[];
}

/** The panel of a key with these versions, newest first. */
const openPanel = async (
  versions: readonly Version[] = [versionOf(1)],
  more: Partial<KeyRow> = {},
  change?: (input: Input<'keys.change'>) => { key: KeyRow; record: number },
  waits = 7,
): Promise<Opened> => {
  const [newest] = versions;
  const key = keyRow('Payroll', '2', {
    ...(newest === undefined ? {} : { version: newest.version, state: newest.state }),
    ...more,
  });
  const opened = openWindow({
    'session.status': () => ({ ...session, waitingDays: waits }),
    'keys.list': () => [key],
    'keys.detail': () => ({ key, versions: [...versions], history: [], records: 1, seals: null }),
    'keys.destroyPreview': () => ({
      ...{ files: 212, unreadable: 180, moved: 30 },
      refused: { times: 3, last: '2026-11-20T12:00:00.000Z' },
      others: [{ name: 'Recovery', files: 32 }],
    }),
    'keys.change': change ?? (() => ({ key, record: 21 })),
  });
  await opened.user.click(await screen.findByRole('button', { name: 'Keys' }));
  const grid = await screen.findByRole('grid', { name: 'Keys of this vault' });
  grid.focus();
  await opened.user.keyboard('{ArrowDown}{Enter}');
  await screen.findByRole('button', { name: 'More actions' });
  return { ...opened, changes: () => opened.bridge.inputsOf('keys.change') };
};

const begin = async ({ user }: OpenWindow, button: string): Promise<HTMLElement> => {
  const own = screen.queryByRole('button', { name: button });
  if (own !== null) await user.click(own);
  else {
    await user.click(screen.getByRole('button', { name: 'More actions' }));
    await user.click(await screen.findByRole('menuitem', { name: button }));
  }
  return screen.findByRole('dialog');
};

const chooseReason = async ({ user }: OpenWindow, reason: string): Promise<void> => {
  await user.click(screen.getByLabelText('Reason'));
  await user.click(await screen.findByRole('option', { name: reason }));
};

const press = (dialog: HTMLElement, { user }: OpenWindow, name: string): Promise<void> =>
  user.click(within(dialog).getByRole('button', { name }));

const id = keyRow('Payroll', '2').id;

describe('the panel of a key', () => {
  test('rotates it with its usual reason, and shows the record', async () => {
    const opened = await openPanel();
    const dialog = await begin(opened, 'Rotate…');
    expect(within(dialog).getByText('Version 2')).toBeVisible();
    await press(dialog, opened, 'Rotate to version 2');
    expect(opened.changes()).toEqual([{ id, act: 'rotate', reason: 'scheduled', note: '' }]);
    expect(await screen.findByText('Record 21')).toBeInTheDocument();
    await expect.poll(() => screen.queryByRole('dialog')).toBeNull();
  });

  test('plans a rewrap of the known files afterwards, if wanted', async () => {
    const opened = await openPanel([versionOf(1, { files: 3 })]);
    opened.bridge.answer('draft.addOlder', () => ({ draft: { items: [] }, missing: 2 }));
    const dialog = await begin(opened, 'Rotate…');
    const box = within(dialog).getByRole('checkbox', { name: /rewrap of the 3 known files/ });
    expect(box).toBeChecked();
    await press(dialog, opened, 'Rotate to version 2');
    await expect.poll(() => opened.bridge.inputsOf('draft.addOlder')).toEqual([{ key: id }]);
    expect(await screen.findByText(/^2 files are no longer where/)).toBeInTheDocument();
  });

  test('does not suspend without a reason', async () => {
    const opened = await openPanel();
    const dialog = await begin(opened, 'Suspend…');
    await press(dialog, opened, 'Suspend version 1');
    expect(await screen.findByText('Choose a reason.')).toBeVisible();
    expect(opened.changes()).toEqual([]);
    await chooseReason(opened, 'Suspected misuse');
    await opened.user.type(within(dialog).getByLabelText('Note, optional'), ' ticket 7 ');
    await press(dialog, opened, 'Suspend version 1');
    const change = { id, act: 'suspend', version: 1, reason: 'suspected-misuse', note: 'ticket 7' };
    expect(opened.changes()).toEqual([change]);
  });

  test('keeps what was typed, and says why it was refused', async () => {
    const opened = await openPanel([versionOf(1)], {}, () => {
      throw new Failure('key-state', 'Version 1 of the key "Payroll" is suspended.');
    });
    const dialog = await begin(opened, 'Rotate…');
    await opened.user.type(within(dialog).getByLabelText('Note, optional'), 'yearly');
    await press(dialog, opened, 'Rotate to version 2');
    expect(await within(dialog).findByText(/is suspended/)).toBeVisible();
    expect(within(dialog).getByLabelText('Note, optional')).toHaveValue('yearly');
  });

  test('offers only what the states allow', async () => {
    const opened = await openPanel([versionOf(1, { state: 'suspended' })]);
    expect(screen.queryByRole('button', { name: 'Suspend…' })).toBeNull();
    expect(screen.getByRole('button', { name: 'Resume…' })).toBeVisible();
    await opened.user.click(screen.getByRole('button', { name: 'More actions' }));
    const menu = await screen.findAllByRole('menuitem');
    const offered = menu.map((item) => item.textContent.trim());
    expect(offered).toEqual([
      'Deactivate…',
      'Mark compromised…',
      'Destroy…',
      'Protect…',
      'Cryptoperiod…',
    ]);
  });

  test('accepts a date of disclosure, but none in the future', async () => {
    const opened = await openPanel();
    const dialog = await begin(opened, 'Mark compromised…');
    await chooseReason(opened, 'Disclosed to others');
    const since = within(dialog).getByLabelText('Known to others since, optional');
    await opened.user.type(since, '2999-01-01');
    await press(dialog, opened, 'Mark version 1');
    expect(await screen.findByText('Enter a date that is not in the future.')).toBeVisible();
    await opened.user.clear(since);
    await opened.user.type(since, '2026-11-01');
    await press(dialog, opened, 'Mark version 1');
    const wanted = new Date('2026-11-01T00:00').toISOString();
    expect(opened.changes()).toMatchObject([{ act: 'compromise', since: wanted }]);
  });

  test.each(['0', '3651', 'ten', '1.5'])('does not take a period of %s days', async (days) => {
    const opened = await openPanel();
    const dialog = await begin(opened, 'Cryptoperiod…');
    await opened.user.type(within(dialog).getByLabelText('Cryptoperiod in days'), days);
    await press(dialog, opened, 'Set cryptoperiod');
    expect(await screen.findByText('Enter 1 to 3,650 days.')).toBeVisible();
    expect(opened.changes()).toEqual([]);
  });

  test('sets a period, or removes its end', async () => {
    const opened = await openPanel([versionOf(1)], { periodDays: 90 });
    const dialog = await begin(opened, 'Cryptoperiod…');
    const days = within(dialog).getByLabelText('Cryptoperiod in days');
    expect(days).toHaveValue('90');
    await opened.user.clear(days);
    await press(dialog, opened, 'Set cryptoperiod');
    expect(opened.changes()).toMatchObject([{ act: 'period', periodDays: null }]);
  });
});

describe('destroying a version', () => {
  const old = versionOf(1, { state: 'deactivated', files: 212 });

  test('needs the name of the key, and says what becomes unreadable', async () => {
    const opened = await openPanel([versionOf(2), old]);
    const dialog = await begin(opened, 'Destroy…');
    await opened.user.click(within(dialog).getByLabelText('Version'));
    await opened.user.click(await screen.findByRole('option', { name: 'Version 1, deactivated' }));
    expect(await within(dialog).findByText('180 files become unreadable')).toBeVisible();
    expect(within(dialog).getByText('32 files stay readable')).toBeVisible();
    expect(within(dialog).getByText('32 files also with Recovery')).toBeVisible();
    expect(within(dialog).getByText(/^30 files no longer need it/)).toBeVisible();
    expect(within(dialog).getByText(/^3 uses refused, the last one /)).toBeVisible();
    expect(opened.bridge.inputsOf('keys.destroyPreview').at(-1)).toEqual({ id, version: 1 });
    await chooseReason(opened, 'No longer needed');
    const name = within(dialog).getByLabelText('Type the name of the key');
    await opened.user.type(name, 'payroll');
    await press(dialog, opened, 'Destroy version 1');
    expect(await screen.findByText('This is not the name of the key.')).toBeVisible();
    expect(opened.changes()).toEqual([]);
    await opened.user.clear(name);
    await opened.user.type(name, 'Payroll');
    await press(dialog, opened, 'Destroy version 1');
    expect(opened.changes()).toMatchObject([
      { act: 'schedule-destroy', version: 1, waitingDays: 7, reason: 'not-needed' },
    ]);
  });

  test('proposes the waiting period of the vault', async () => {
    const opened = await openPanel([versionOf(1)], {}, undefined, 30);
    const dialog = await begin(opened, 'Destroy…');
    expect(await within(dialog).findByLabelText('Waiting period in days')).toHaveValue('30');
  });

  test('can be cancelled while it waits', async () => {
    const waiting = versionOf(1, {
      ...{ state: 'suspended', beforeDestroy: 'active' },
      destroys: '2026-12-24T14:00:00.000Z',
    });
    const opened = await openPanel([waiting]);
    await opened.user.click(screen.getByRole('button', { name: 'Cancel destruction…' }));
    await press(await screen.findByRole('dialog'), opened, 'Keep version 1');
    expect(opened.changes()).toMatchObject([{ act: 'cancel-destroy', version: 1 }]);
  });

  test('asks for a confirmation if the clock could not be checked', async () => {
    const due = versionOf(1, {
      ...{ state: 'suspended', beforeDestroy: 'active', postponed: true },
      destroys: '2026-11-01T14:00:00.000Z',
    });
    const opened = await openPanel([due]);
    await opened.user.click(screen.getByRole('button', { name: 'Destroy now…' }));
    const dialog = await screen.findByRole('dialog');
    expect(within(dialog).getByText(/^It was due on 2026-11-01 14:00:00/)).toBeVisible();
    await press(dialog, opened, 'Destroy version 1');
    expect(opened.changes()).toEqual([]);
    await opened.user.type(within(dialog).getByLabelText('Type the name of the key'), 'Payroll');
    await press(dialog, opened, 'Destroy version 1');
    expect(opened.changes()).toMatchObject([{ destroyNow: 'due', version: 1 }]);
  });
});
