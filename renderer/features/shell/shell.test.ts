import { screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { Failure } from '../../../shared/failure.ts';
import { messages } from '../../messages/en.ts';
import { openWindow } from '../../testing/window.ts';

const nameOf = (button: HTMLElement): string | undefined =>
  button.querySelector('.label')?.textContent;

test('the settings name the pages that Ctrl and a digit lead to', async () => {
  const { user } = openWindow({
    'audit.query': () => ({ rows: [], total: 0, upTo: 12 }),
    'audit.actions': () => [],
  });
  await screen.findByRole('heading', { level: 1 });
  const [digits, comma] = messages.shortcuts.list;
  const titles = [];
  for (const digit of [1, 2, 3, 4, 5]) {
    await user.keyboard(`{Control>}${digit}{/Control}`);
    titles.push(await screen.findByRole('button', { current: 'page' }).then(nameOf));
  }
  expect(titles.join(', ')).toBe(digits[1]);
  await user.keyboard('{Control>},{/Control}');
  expect(await screen.findByRole('heading', { level: 1, name: comma[1] })).toBeVisible();
});

test('? lists the shortcuts, but not where text is typed', async () => {
  const { user } = openWindow({ 'audit.query': () => ({ rows: [], total: 0, upTo: 12 }) });
  await screen.findByRole('heading', { level: 1 });
  await user.keyboard('?');
  const dialog = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
  expect(dialog).toHaveTextContent(/Lock the vault/);
  await user.keyboard('{Escape}');
  await expect.poll(() => screen.queryByRole('dialog')).toBeNull();
  await user.keyboard('{Control>}4{/Control}');
  await user.type(await screen.findByRole('searchbox'), 'why?');
  expect(screen.queryByRole('dialog')).toBeNull();
});

test('a vault that could not be locked says why', async () => {
  const cause = 'The vault is in use by another program.';
  const { user } = openWindow({
    'session.lock': () => {
      throw new Failure('vault-locked', cause);
    },
  });
  await user.click(await screen.findByRole('button', { name: /^Lock/ }));
  expect(await screen.findByText(cause)).toBeVisible();
});
