import { screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import type { AuditRecord, AuditRow } from '../../../shared/contract/audit.ts';
import type { Session } from '../../../shared/contract/session.ts';
import { auditRow, id, noon, session } from '../../testing/answers.ts';
import { openWindow } from '../../testing/window.ts';

const record = (row: AuditRow, signed: AuditRecord['signed']): AuditRecord => ({
  row,
  clock: 'system',
  app: 'claviger/0.1.0',
  token: null,
  line: '{}',
  leaf: id('f').repeat(2),
  signed,
});

test('a record that was made while locked is marked in the list and in its panel', async () => {
  const refused = { ...auditRow(11, 'token.login'), outcome: 'refused', mark: 'locked' } as const;
  const rows = [auditRow(12, 'vault.unlock'), refused];
  const { user } = openWindow({
    'audit.query': () => ({ rows, total: 2, upTo: 12 }),
    'audit.actions': () => [],
    'audit.record': () => record(refused, { records: 12, curve: 'p256' }),
  });
  await user.click(await screen.findByRole('button', { name: 'Audit' }));
  const row = await screen.findByRole('row', { name: /PIN entered/ });
  expect(within(row).getByText('Made while locked')).toBeVisible();
  expect(
    within(screen.getByRole('row', { name: /Vault unlocked/ })).queryByText('Made while locked'),
  ).toBeNull();
  await user.click(row);
  const panel = await screen.findByRole('complementary', { name: 'Record 11' });
  expect(
    await within(panel).findByText('Made while locked, signed at the next unlock'),
  ).toBeVisible();
  expect(within(panel).getByText('Signed with the checkpoint over 12 records')).toBeVisible();
});

test('the old rows stay until those of the next search arrive', async () => {
  const waiting: (() => void)[] = [];
  const { user } = openWindow({
    'audit.query': ({ filter }) => {
      if (filter.text === undefined)
        return { rows: [auditRow(12, 'vault.unlock')], total: 1, upTo: 12 };
      return new Promise((resolve) => {
        waiting.push(() => {
          resolve({ rows: [auditRow(9, 'key.create')], total: 1, upTo: 12 });
        });
      });
    },
  });
  await user.click(await screen.findByRole('button', { name: 'Audit' }));
  await screen.findByRole('row', { name: /Vault unlocked/ });
  await user.type(screen.getByRole('searchbox'), 'key');
  await expect.poll(() => waiting.length).toBe(1);
  expect(screen.getByRole('row', { name: /Vault unlocked/ })).toBeVisible();
  expect(screen.getByText('1 of 12 records')).toBeVisible();
  waiting[0]?.();
  expect(await screen.findByRole('row', { name: /Key created/ })).toBeVisible();
  expect(screen.queryByRole('row', { name: /Vault unlocked/ })).toBeNull();
});

test('what another version wrote is shown as it is, and filters offer it last', async () => {
  const rows = [auditRow(13, 'toString'), auditRow(12, 'vault.rollback')];
  const { user } = openWindow({
    'audit.query': () => ({ rows, total: 2, upTo: 13 }),
    'audit.actions': () => ['a.later', 'key.create', 'vault.rollback'],
  });
  await user.click(await screen.findByRole('button', { name: 'Audit' }));
  expect(await screen.findByRole('row', { name: /toString/ })).toBeVisible();
  expect(screen.getByRole('row', { name: /Rollback found, vault is read-only/ })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Action' }));
  const offered = (await screen.findAllByRole('menuitemradio')).map((item) =>
    item.textContent.trim(),
  );
  expect(offered.slice(-3)).toEqual(['Check for rollback', 'Create key', 'a.later']);
});

test('a change of settings is described in words', async () => {
  const details = { lockWithSystem: '{"before":true,"after":false}' };
  const row = { ...auditRow(12, 'settings.change'), details };
  const { user } = openWindow({
    'audit.query': () => ({ rows: [row], total: 1, upTo: 12 }),
    'audit.actions': () => [],
  });
  await user.click(await screen.findByRole('button', { name: 'Audit' }));
  const words = 'Settings changed: does not lock with the computer';
  expect(await screen.findByRole('row', { name: new RegExp(words) })).toBeVisible();
});

test.each<[Session['ledger']['checkpoint'], RegExp]>([
  [{ records: 12, at: noon, inToken: 'now' }, /checkpoint signed .*, saved in token/],
  [{ records: 12, at: noon, inToken: 'later' }, /checkpoint signed .*, saved in token when locked/],
  [{ records: 12, at: noon, inToken: 'never' }, /checkpoint signed .*, no rollback detection/],
  [null, /this token cannot sign/],
])(
  'the status bar says of the checkpoint %j what the token does with it',
  async (checkpoint, words) => {
    openWindow({
      'session.status': () => ({ ...session, ledger: { ...session.ledger, checkpoint } }),
    });
    expect(
      await within(await screen.findByRole('contentinfo')).findByText(words),
    ).toBeInTheDocument();
  },
);
