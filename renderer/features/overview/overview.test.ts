import { screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import type { Overview } from '../../../shared/contract/overview.ts';
import { session } from '../../testing/answers.ts';
import { openWindow } from '../../testing/window.ts';

const overview = (attention: Overview['attention']): Overview => ({
  ...{ session, keysByState: [], keys: 2, activity: [], recent: [] },
  attention,
});

test('refused PINs, failed files and weak settings need attention, and lead to their page', async () => {
  const { bridge, user } = openWindow({
    'overview.get': () =>
      overview([
        { kind: 'pins-refused', tries: 3 },
        { kind: 'files-failed', files: 11 },
        { kind: 'setting-weak', setting: 'autoLockMinutes', minutes: 60 },
      ]),
    'audit.query': () => ({ rows: [], total: 0, upTo: 12 }),
  });
  expect(await screen.findByText('3 wrong PINs were entered in the last 7 days')).toBeVisible();
  expect(screen.getByText(/^11 files could not be verified or decrypted/)).toBeVisible();
  expect(screen.getByText('The vault locks only after 60 minutes of inactivity')).toBeVisible();
  expect(screen.queryByText('Nothing needs your attention.')).toBeNull();
  const [first] = screen.getAllByRole('button', { name: 'Show records' });
  if (first === undefined) throw new Error('nothing leads to the records');
  await user.click(first);
  expect(bridge.inputsOf('audit.query')[0]).toMatchObject({
    filter: { action: 'token.login', outcome: 'refused' },
  });
});

test('what is recorded while Overview is shown appears there', async () => {
  const { bridge } = openWindow({ 'overview.get': () => overview([]) });
  expect(await screen.findByText('Nothing needs your attention.')).toBeVisible();
  bridge.answer('overview.get', () => overview([{ kind: 'files-failed', files: 1 }]));
  bridge.emit('session', { ...session, ledger: { ...session.ledger, records: 13 } });
  expect(await screen.findByText(/^1 file could not be verified/)).toBeVisible();
});
