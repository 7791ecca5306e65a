import { screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import type { Rollback } from '../../../shared/contract/rollback.ts';
import { Failure } from '../../../shared/failure.ts';
import type { FakeCalls } from '../../testing/fake-bridge.ts';
import { appState, auditRow, id, noon, vaultInfo } from '../../testing/answers.ts';
import { openWindow, type OpenWindow } from '../../testing/window.ts';

const rollback = (more: Partial<Rollback> = {}): Rollback => ({
  found: noon,
  findings: [{ kind: 'rollback', problem: 'The ledger ends after 40 records.' }],
  signed: { epoch: 1, size: 52, root: id('c').repeat(2), where: 'token', curve: 'ed25519' },
  held: { epoch: 1, size: 40, root: id('d').repeat(2), last: auditRow(40, 'vault.lock') },
  missing: { first: 41, last: 52 },
  confirmed: 39,
  pinPad: false,
  nextEpoch: 2,
  ...more,
});

const openRolledBack = (more: Partial<Rollback> = {}, calls: FakeCalls = {}): OpenWindow =>
  openWindow({
    'app.state': () => appState({ screen: 'open', vault: vaultInfo, rollback: rollback(more) }),
    ...calls,
  });

describe('a vault that was rolled back', () => {
  test('says at once what is missing, where its checkpoint is and how it was found', async () => {
    openRolledBack();
    const alarm = await screen.findByRole('alert');
    expect(alarm).toHaveTextContent('The ledger is older than the checkpoint in the token');
    expect(alarm).toHaveTextContent('Read-only');
    expect(
      screen.getByRole('heading', { level: 1, name: '12 records are missing from this vault' }),
    ).toBeVisible();
    expect(screen.getByText('In hsm-prod-2')).toBeVisible();
    expect(screen.getByText('Records 1 to 39 lead to a signed checkpoint')).toBeVisible();
    expect(screen.getByText('Record 40 is not covered by it.')).toBeVisible();
    expect(screen.getByText('Records 41 to 52 are not here')).toBeVisible();
    expect(screen.getByText('The ledger ends after 40 records.')).toBeVisible();
  });

  test.each<[string, Partial<Rollback>, RegExp]>([
    [
      'edited',
      { findings: [{ kind: 'edited', problem: 'Not those.' }], missing: null },
      /Records were changed after they were signed/,
    ],
    [
      'without an anchor',
      { findings: [{ kind: 'anchor-missing', problem: 'Gone.' }], missing: null, signed: null },
      /The token’s checkpoint of this vault is missing/,
    ],
    [
      'found earlier',
      { findings: [], missing: null },
      /This vault differs from its last signed state/,
    ],
  ])('has words of its own for a ledger that was %s', async (_what, more, title) => {
    openRolledBack(more);
    expect(await screen.findByRole('heading', { level: 1, name: title })).toBeVisible();
  });

  test('keeps the warning on every page, and disables what would change something', async () => {
    const { bridge, user } = openRolledBack();
    await user.click(await screen.findByRole('button', { name: 'Keys' }));
    const create = await screen.findByRole('button', { name: /Create key/ });
    expect(create).toHaveAttribute('aria-disabled', 'true');
    await user.click(create);
    await user.keyboard('n');
    expect(screen.queryByRole('dialog')).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Encrypt & decrypt' }));
    expect(await screen.findByText('No files while read-only')).toBeVisible();
    expect(screen.queryByRole('group', { name: /Drop zone/ })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Reports' }));
    expect(await screen.findByText('No reports can be exported while read-only.')).toBeVisible();
    expect(screen.queryByRole('button', { name: /^Export/ })).toBeNull();
    // Created before can be verified.
    expect(screen.getByRole('group', { name: 'Verify a report' })).toBeVisible();
    expect(screen.queryByRole('tab', { name: 'Past exports' })).toBeNull();
    bridge.answer('checkpoints.current', () => null);
    await user.click(screen.getByRole('tab', { name: 'Saved checkpoints' }));
    expect(await screen.findByRole('group', { name: /Drop zone: compare/ })).toBeVisible();
    expect(screen.getByRole('alert')).toBeVisible();
    expect(bridge.inputsOf('draft.get')).toEqual([]);
    await user.click(within(screen.getByRole('alert')).getByRole('button'));
    expect(screen.getByRole('heading', { level: 1, name: /missing/ })).toBeVisible();
  });

  test('says where the evidence is, or why it could not be written', async () => {
    let full = true;
    const { user } = openRolledBack(
      {},
      {
        'rollback.export': () => {
          if (full) throw new Failure('disk-full', 'The evidence could not be written.');
          return { path: '/media/usb/Evidence', files: 7 };
        },
      },
    );
    const keep = await screen.findByRole('button', { name: /Export evidence/ });
    await user.click(keep);
    expect(await screen.findByText('The evidence could not be written.')).toBeVisible();
    full = false;
    await user.click(keep);
    expect(await screen.findByText('7 files written')).toBeVisible();
    expect(screen.getByText('/media/usb/Evidence')).toBeVisible();
  });

  test('is accepted with a reason and the PIN, never by Enter alone', async () => {
    const { bridge, user } = openRolledBack(
      {},
      {
        'rollback.accept': ({ pin }) => {
          if (pin === '1234') return { epoch: 2 };
          throw new Failure('pin-incorrect', 'The token did not accept this PIN.');
        },
      },
    );
    await user.click(await screen.findByRole('button', { name: /Accept and continue/ }));
    const dialog = await screen.findByRole('dialog', { name: 'Accept and start epoch 2' });
    expect(within(dialog).getByText('Records 41 to 52 will be lost')).toBeVisible();
    const begin = within(dialog).getByRole('button', { name: 'Start epoch 2' });
    await user.click(begin);
    expect(await within(dialog).findByText(/Say what happened/)).toBeVisible();
    await user.type(within(dialog).getByLabelText('What happened'), 'A backup was restored.');
    await user.type(within(dialog).getByLabelText('Token PIN'), '9999{Enter}');
    expect(bridge.inputsOf('rollback.accept')).toEqual([]);
    await user.click(begin);
    expect(await within(dialog).findByText('The token did not accept this PIN.')).toBeVisible();
    expect(within(dialog).getByLabelText('Token PIN')).toHaveValue('');
    await user.type(within(dialog).getByLabelText('Token PIN'), '1234');
    await user.click(begin);
    expect(await screen.findByText('Epoch 2 has started')).toBeVisible();
    expect(bridge.inputsOf('rollback.accept').at(-1)).toEqual({
      pin: '1234',
      reason: 'A backup was restored.',
    });
  });
});
