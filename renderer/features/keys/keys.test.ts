import { screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../../shared/failure.ts';
import { id, keyRow } from '../../testing/answers.ts';
import { openWindow, type OpenWindow } from '../../testing/window.ts';

const openKeys = async (calls: Parameters<typeof openWindow>[0] = {}): Promise<OpenWindow> => {
  const opened = openWindow(calls);
  await opened.user.click(await screen.findByRole('button', { name: 'Keys' }));
  return opened;
};

const names = (): string[] =>
  screen.getAllByRole('row').flatMap((row) => {
    const [first] = within(row).queryAllByRole('gridcell');
    return first ? [first.textContent.trim()] : [];
  });

describe('keys', () => {
  test('search finds by name and by KCV, and an empty result leads back', async () => {
    const { user } = await openKeys({
      'keys.list': () => [keyRow('Contracts', '1'), keyRow('Payroll', '2', { kcv: '00ab11' })],
    });
    const search = await screen.findByRole('searchbox', { name: /Search name/ });
    await user.type(search, '00ab');
    expect(names()).toEqual(['Payroll']);
    await user.clear(search);
    await user.type(search, 'zzz');
    await user.click(screen.getByRole('button', { name: 'Clear search and filters' }));
    expect(names()).toHaveLength(2);
  });

  test('a key that should be rotated says so', async () => {
    await openKeys({
      'keys.list': () => [
        keyRow('Contracts', '1', { rotation: { state: 'due', because: 'period' } }),
        keyRow('Payroll', '2', { rotation: { state: 'overdue', because: 'period' } }),
        keyRow('Tender', '3'),
      ],
    });
    const [, contracts, payroll, tender] = await screen.findAllByRole('row');
    expect(contracts).toHaveTextContent('Rotation due');
    expect(payroll).toHaveTextContent('Overdue');
    expect(tender).toHaveTextContent('Active');
  });

  test('a column head sorts, and reverses the order at the second press', async () => {
    const { user } = await openKeys();
    const head = await screen.findByRole('button', { name: 'Key' });
    await user.click(head);
    expect(names()).toEqual(['Contracts', 'Payroll']);
    expect(screen.getByRole('columnheader', { name: 'Key' })).toHaveAttribute(
      'aria-sort',
      'ascending',
    );
    await user.click(head);
    expect(names()).toEqual(['Payroll', 'Contracts']);
  });

  test('the table works by keyboard', async () => {
    const { bridge, user } = await openKeys({
      'keys.detail': ({ id: key }) => ({
        key: keyRow('Payroll', key.charAt(0)),
        versions: [],
        history: [],
        records: 0,
        seals: null,
      }),
    });
    const grid = await screen.findByRole('grid', { name: 'Keys of this vault' });
    grid.focus();
    await user.keyboard('{ArrowDown}{ArrowDown}{Enter}');
    expect(bridge.inputsOf('keys.detail')).toEqual([{ id: id('2') }]);
    expect(await screen.findByRole('complementary', { name: 'Payroll' })).toBeVisible();
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('complementary', { name: 'Payroll' })).toBeNull();
    expect(screen.getByRole('grid')).toHaveFocus();
  });

  test('without keys the page says what to do next', async () => {
    await openKeys({ 'keys.list': () => [] });
    expect(await screen.findByRole('heading', { name: 'No keys yet' })).toBeVisible();
    expect(screen.getByRole('button', { name: /Create the first key/ })).toBeVisible();
  });

  test('a list that could not be loaded says why and can be loaded again', async () => {
    let broken = true;
    const { user } = await openKeys({
      'keys.list': () => {
        if (broken) throw new Failure('keystore-damaged', 'The keystore cannot be read.');
        return [keyRow('Contracts', '1')];
      },
    });
    expect(await screen.findByText('The keystore cannot be read.')).toBeVisible();
    broken = false;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('Contracts')).toBeVisible();
  });
});

describe('create a key', () => {
  const created = { key: keyRow('Invoices', '3'), record: 13 };

  test('N opens it, Enter makes the key of the chosen preset, the record is told', async () => {
    const { bridge, user } = await openKeys({
      'keys.create': () => created,
      'keys.detail': () => ({
        key: created.key,
        versions: [],
        history: [],
        records: 1,
        seals: null,
      }),
    });
    await screen.findByRole('grid');
    await user.keyboard('n');
    const name = await screen.findByLabelText('Name');
    await user.click(screen.getByRole('radio', { name: 'Fast' }));
    await user.type(name, 'Invoices{Enter}');
    expect(bridge.inputsOf('keys.create')).toEqual([
      { name: 'Invoices', custody: 'hsm-wrapped', bulk: 'host' },
    ]);
    expect(await screen.findByText('Record 13')).toBeInTheDocument();
    await expect.poll(() => screen.queryByRole('dialog')).toBeNull();
  });

  test('a preset that the token does not support says why and cannot be chosen', async () => {
    const { user } = await openKeys();
    await screen.findByRole('grid');
    await user.keyboard('n');
    expect(await screen.findByText(/It has no key wrap/)).toBeVisible();
    expect(screen.getByRole('radio', { name: 'Maximum' })).toBeDisabled();
  });

  test('a name that is in use is reported at the field and kept', async () => {
    const { user } = await openKeys({
      'keys.create': () => {
        throw new Failure('name-taken', 'A key with this name exists.');
      },
    });
    await screen.findByRole('grid');
    await user.keyboard('n');
    const name = await screen.findByLabelText('Name');
    await user.type(name, 'Contracts{Enter}');
    expect(await screen.findByText('A key with this name exists.')).toBeVisible();
    expect(name).toHaveValue('Contracts');
    expect(name).toHaveAttribute('aria-invalid', 'true');
  });

  test('a preset keeps the key in the token, or says that it cannot', async () => {
    const { bridge, user } = await openKeys({
      'keys.options': () => [],
      'keys.create': () => created,
      'keys.detail': () => ({
        key: created.key,
        versions: [],
        history: [],
        records: 1,
        seals: null,
      }),
    });
    await screen.findByRole('grid');
    await user.keyboard('n');
    await user.type(await screen.findByLabelText('Name'), 'Invoices');
    await user.click(screen.getByRole('button', { name: 'Advanced options' }));
    const resident = screen.getByRole('switch', { name: /in the token permanently/ });
    await user.click(resident);
    await user.click(screen.getByRole('radio', { name: 'Maximum' }));
    expect(resident).toBeChecked();
    expect(screen.getByRole('radio', { name: 'in the token' })).toBeChecked();
    await user.click(screen.getByRole('radio', { name: 'Fast' }));
    expect(resident).not.toBeChecked();
    expect(screen.getByText(/^Fast keys are never stored in the token/)).toBeVisible();
    await user.click(resident);
    const dialog = screen.getByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: /^Create key/ }));
    expect(bridge.inputsOf('keys.create')).toEqual([
      { name: 'Invoices', custody: 'resident', bulk: 'host' },
    ]);
  });

  test('a new key gets its activation date and cryptoperiod', async () => {
    const { bridge, user } = await openKeys({
      'keys.create': () => created,
      'keys.detail': () => ({
        ...{ key: created.key, versions: [], history: [] },
        ...{ records: 1, seals: null },
      }),
    });
    await screen.findByRole('grid');
    await user.keyboard('n');
    await user.type(await screen.findByLabelText('Name'), 'Invoices');
    await user.click(screen.getByRole('button', { name: 'Advanced options' }));
    const date = screen.getByLabelText('Becomes active on, optional');
    await user.type(date, '2020-01-01');
    await user.type(screen.getByLabelText('Cryptoperiod in days'), '365');
    const dialog = screen.getByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: /^Create key/ }));
    expect(await screen.findByText('Enter a date in the future.')).toBeVisible();
    expect(bridge.inputsOf('keys.create')).toEqual([]);
    await user.clear(date);
    await user.type(date, '2999-01-01');
    await user.click(within(dialog).getByRole('button', { name: /^Create key/ }));
    expect(bridge.inputsOf('keys.create')).toMatchObject([
      {
        ...{ periodDays: 365, atPeriodEnd: 'warn' },
        activates: new Date('2999-01-01T00:00').toISOString(),
      },
    ]);
  });

  test('the matrix says where the bytes of the chosen protection exist', async () => {
    const { user } = await openKeys();
    await screen.findByRole('grid');
    await user.keyboard('n');
    const table = await screen.findByRole('table', { name: 'Where key bytes exist with Balanced' });
    const [, key, fileKeys] = within(table).getAllByRole('row');
    expect(key).toHaveTextContent(/while one operation runs\s*never\s*wrapped and sealed/);
    expect(fileKeys).toHaveTextContent(
      /only while it is sealed\s*while that file runs\s*sealed in the file/,
    );
  });
});
