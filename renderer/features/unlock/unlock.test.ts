import { screen } from '@testing-library/svelte';
import { describe, expect, test, vi } from 'vitest';
import type { AppState, LockReason, TokenPresence } from '../../../shared/contract/app.ts';
import { Failure } from '../../../shared/failure.ts';
import { appState, noon, session, vaultInfo } from '../../testing/answers.ts';
import { openWindow, type OpenWindow } from '../../testing/window.ts';

const lockedState = (
  token: Partial<TokenPresence>,
  reason: LockReason = 'user',
  { filesWaiting = 0, batchRunning = false } = {},
): AppState =>
  appState({
    screen: 'locked',
    vault: vaultInfo,
    token: {
      present: true,
      pinPad: false,
      pinState: 'ok',
      model: 'NT-700',
      failure: null,
      ...token,
    },
    lock: { reason, at: noon },
    unconfirmed: false,
    batchRunning,
    filesWaiting,
  });

const openLocked = (
  token: Partial<TokenPresence> = {},
  ...more: [LockReason?, { filesWaiting?: number; batchRunning?: boolean }?]
): OpenWindow =>
  openWindow({
    'app.state': () => lockedState(token, ...more),
    'session.unlock': ({ pin }) => {
      if (pin === '1234' || pin === null) return { kind: 'open', session };
      throw new Failure('pin-incorrect', 'The token did not accept this PIN.');
    },
  });

describe('unlock', () => {
  test('a refused PIN is cleared and reported, and asked for again', async () => {
    const { user } = openLocked({ pinState: 'count-low' });
    const field = await screen.findByLabelText('Token PIN');
    await user.type(field, '9999{Enter}');
    expect(await screen.findByText('The token did not accept this PIN.')).toBeVisible();
    expect(screen.getByText(/Few tries are left/)).toBeVisible();
    expect(field).toHaveValue('');
    expect(field).toHaveFocus();
    expect(field).toHaveAttribute('aria-invalid', 'true');
  });

  test('the remaining tries are those after this try, whatever was shown before', async () => {
    const next = 'One try remains before the PIN is locked.';
    const { bridge, user } = openLocked();
    bridge.answer('session.unlock', () => {
      throw new Failure('pin-incorrect', 'The token did not accept this PIN.', { next });
    });
    await user.type(await screen.findByLabelText('Token PIN'), '9999{Enter}');
    expect(await screen.findByText(/One try remains before the PIN is locked/)).toBeVisible();
  });

  test('a PIN that was shown is hidden again for the next try', async () => {
    const { user } = openLocked();
    const field = await screen.findByLabelText('Token PIN');
    await user.click(screen.getByRole('button', { name: 'Show the PIN' }));
    expect(field).toHaveAttribute('type', 'text');
    await user.type(field, '9999{Enter}');
    await screen.findByText('The token did not accept this PIN.');
    expect(field).toHaveAttribute('type', 'password');
  });

  test('a half-typed PIN is gone after a minute', async () => {
    const { user } = openLocked();
    const field = await screen.findByLabelText('Token PIN');
    vi.useFakeTimers({ shouldAdvanceTime: true });
    try {
      await user.type(field, '48');
      await vi.advanceTimersByTimeAsync(50_000);
      await user.type(field, '2');
      await vi.advanceTimersByTimeAsync(50_000);
      expect(field).toHaveValue('482');
      await vi.advanceTimersByTimeAsync(11_000);
      expect(field).toHaveValue('');
    } finally {
      vi.useRealTimers();
    }
  });

  test('nothing asks for the PIN straight after an automatic lock', async () => {
    openLocked({}, 'idle');
    expect(await screen.findByLabelText('Token PIN')).not.toHaveFocus();
    expect(screen.getByRole('heading', { level: 1 })).toHaveFocus();
  });

  test('says that no PIN was entered', async () => {
    const { bridge, user } = openLocked();
    await user.click(await screen.findByRole('button', { name: /Unlock/ }));
    const field = screen.getByLabelText('Token PIN');
    expect(await screen.findByText('Enter the PIN first.')).toBeVisible();
    expect(field).toHaveAttribute('aria-invalid', 'true');
    expect(field).toHaveFocus();
    expect(bridge.inputsOf('session.unlock')).toEqual([]);
    await user.type(field, '1');
    expect(screen.queryByText('Enter the PIN first.')).toBeNull();
  });

  test('says why the token cannot be used, not merely that it is missing', async () => {
    const failure = {
      code: 'not-found',
      cause: 'The folder /srv/a is not there any more.',
      next: 'Put it back where it was.',
    } as const;
    openLocked({ present: false, failure });
    expect(await screen.findByText(failure.cause)).toBeVisible();
    expect(screen.queryByText('hsm-prod-2 is not there.')).toBeNull();
  });

  test('says that files which were opened wait for the unlock', async () => {
    openLocked({}, 'user', { filesWaiting: 2 });
    expect(await screen.findByText('2 files wait.')).toBeVisible();
  });

  test('the PIN field has the focus after a lock by hand', async () => {
    openLocked();
    expect(await screen.findByLabelText('Token PIN')).toHaveFocus();
  });

  test('a token with a PIN pad is asked without a field', async () => {
    const { bridge, user } = openLocked({ pinPad: true });
    await user.click(await screen.findByRole('button', { name: /Unlock/ }));
    expect(screen.queryByLabelText('Token PIN')).toBeNull();
    expect(bridge.inputsOf('session.unlock')).toEqual([{ pin: null }]);
  });

  test('without the token the button says why, and the token is noticed when it comes', async () => {
    const { bridge, user } = openLocked({ present: false });
    const button = await screen.findByRole('button', { name: /Unlock/ });
    expect(button).toHaveAttribute('aria-disabled', 'true');
    await user.type(screen.getByLabelText('Token PIN'), '1234{Enter}');
    expect(bridge.inputsOf('session.unlock')).toEqual([]);
    bridge.emit('state', lockedState({ present: true }));
    await expect.poll(() => button.getAttribute('aria-disabled')).toBeNull();
  });

  test('a batch that runs while locked keeps the vault, and the token is not searched', async () => {
    const { bridge, user } = openLocked({ present: null }, 'user', { batchRunning: true });
    const other = await screen.findByRole('button', { name: 'Switch vault' });
    expect(other).toHaveAttribute('aria-disabled', 'true');
    await user.click(other);
    expect(bridge.inputsOf('vault.close')).toEqual([]);
    expect(screen.getByText('a batch uses it')).toBeVisible();
    expect(screen.queryByText('Looking for the token…')).toBeNull();
  });

  test('a locked token says who can help and accepts no PIN', async () => {
    openLocked({ pinState: 'locked' });
    expect(await screen.findByText('The token has locked itself.')).toBeVisible();
    expect(screen.getByRole('button', { name: /Unlock/ })).toHaveAttribute('aria-disabled', 'true');
  });
});
