import { screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { preview, profile } from '../../testing/answers.ts';
import { openWindow } from '../../testing/window.ts';

test('evidence about the token is a report of its own kind', async () => {
  const { user, bridge } = openWindow({
    'session.profile': () => profile,
    'reports.preview': () => preview(),
    'reports.past': () => ({ reports: [], total: 0 }),
    'batch.recent': () => [],
  });
  await user.click(await screen.findByRole('button', { name: /^Settings/ }));
  await user.click(screen.getByRole('button', { name: 'Module and token' }));
  await user.click(await screen.findByRole('button', { name: 'Token evidence report' }));
  expect(await screen.findByRole('heading', { level: 1, name: 'Reports' })).toBeVisible();
  expect(bridge.inputsOf('reports.preview').at(-1)).toMatchObject({ kind: 'token-evidence' });
});
