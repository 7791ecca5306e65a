import { screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { session } from '../../testing/answers.ts';
import { openWindow } from '../../testing/window.ts';

test('the waiting period of destructions is set for the vault, and can be undone', async () => {
  const { user, bridge } = openWindow({
    'session.setWaitingDays': ({ days }) => ({ ...session, waitingDays: days }),
  });
  await user.click(await screen.findByRole('button', { name: /^Settings/ }));
  await user.click(screen.getByRole('button', { name: 'Vault' }));
  const field = await screen.findByLabelText('Waiting period');
  expect(field).toHaveTextContent('7 days');
  await user.click(field);
  await user.click(await screen.findByRole('option', { name: '30 days' }));
  expect(await screen.findByText('Saved: waiting period 30 days')).toBeInTheDocument();
  expect(screen.getByLabelText('Waiting period')).toHaveTextContent('30 days');
  await user.click(screen.getByRole('button', { name: 'Undo' }));
  expect(bridge.inputsOf('session.setWaitingDays')).toEqual([{ days: 30 }, { days: 7 }]);
});
