import { screen } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../../shared/failure.ts';
import type { FakeCalls } from '../../testing/fake-bridge.ts';
import { appState, id, noon, profile, vaultInfo } from '../../testing/answers.ts';
import { openWindow, type OpenWindow } from '../../testing/window.ts';

const openWizard = (calls: FakeCalls = {}): OpenWindow =>
  openWindow({
    'app.state': () => appState({ screen: 'first-run', recent: [] }),
    'setup.modules': () => [],
    'setup.folder': () => ({ id: id('7'), path: '/home/officer/Claviger/Vault' }),
    'setup.connect': () => profile,
    'setup.cancel': () => null,
    ...calls,
  });

const heading = (name: RegExp): Promise<HTMLElement> =>
  screen.findByRole('heading', { level: 1, name });

const toThePin = async ({ user }: OpenWindow): Promise<void> => {
  await user.click(await screen.findByRole('button', { name: 'Create an evaluation token' }));
  await user.type(await screen.findByLabelText('New PIN for the token'), '1234');
  await user.type(screen.getByLabelText('Repeat the PIN'), '1234');
};

describe('the wizard', () => {
  test('a copy that takes evaluation tokens only says so before the PIN', async () => {
    const state = appState({ screen: 'first-run', recent: [] });
    const token = {
      ...{ id: id('4'), label: 'hsm-prod-2', serial: '5B02', manufacturer: 'Halden' },
      ...{ model: 'NT-700', firmware: '7.4', pinPad: false, pinState: 'ok' as const },
      ...{ pinLength: { min: 4, max: 16 }, initialised: true, writeProtected: false },
    };
    const module = {
      ...{ id: id('5'), product: 'Halden', path: '/usr/lib/halden.so', description: '' },
      parameters: 'none' as const,
      ...{ manufacturer: '', version: '', tokens: [token], failure: null },
    };
    const { user } = openWizard({
      'app.state': () => ({
        ...state,
        runtime: { ...state.runtime, official: false, anyToken: false },
      }),
      'setup.modules': () => [module],
    });
    expect(
      await screen.findByText('This copy runs on an unofficial Electron build.'),
    ).toBeVisible();
    const choice = await screen.findByRole('radio', { name: /hsm-prod-2/ });
    await user.click(choice);
    expect(choice).not.toBeChecked();
    expect(screen.getByText('not usable in this copy')).toBeVisible();
    expect(screen.queryByLabelText('Token PIN')).toBeNull();
  });

  test('the focus starts at the heading of each page, or at its first field', async () => {
    const wizard = openWizard();
    expect(await heading(/^Choose the token/)).toHaveFocus();
    await wizard.user.click(screen.getByRole('button', { name: 'Create an evaluation token' }));
    expect(await screen.findByLabelText('New PIN for the token')).toHaveFocus();
    await wizard.user.click(screen.getByRole('button', { name: 'Back' }));
    await toThePin(wizard);
    await wizard.user.click(screen.getByRole('button', { name: /^Create and test the token/ }));
    expect(await heading(/^This token supports/)).toHaveFocus();
  });

  test('Back leads from the probe to the PIN, and from there to the token', async () => {
    const wizard = openWizard();
    await toThePin(wizard);
    await wizard.user.keyboard('{Enter}');
    await heading(/^This token supports/);
    await wizard.user.click(screen.getByRole('button', { name: 'Back' }));
    expect(await screen.findByLabelText('New PIN for the token')).toHaveValue('');
    expect(wizard.bridge.inputsOf('setup.cancel')).toHaveLength(1);
    await wizard.user.click(screen.getByRole('button', { name: 'Back' }));
    await heading(/^Choose the token/);
  });

  test('an unusable folder is refused when it is chosen, not after the PIN', async () => {
    const wizard = openWizard({
      'setup.pickFolder': () => {
        throw new Failure('vault-exists', 'The folder /srv/full is not empty.');
      },
    });
    await toThePin(wizard);
    await wizard.user.click(screen.getByRole('button', { name: 'Change…' }));
    expect(await screen.findByText('The folder /srv/full is not empty.')).toBeVisible();
    expect(screen.getByText('/home/officer/Claviger/Vault')).toBeVisible();
    expect(screen.getByLabelText('New PIN for the token')).toHaveValue('1234');
    expect(wizard.bridge.inputsOf('setup.connect')).toEqual([]);
  });

  test('with existing vaults the page asks which to open; a new one is created from there', async () => {
    const vault = { id: id('8'), name: 'part 1', path: '/srv/part 1', opened: noon, present: true };
    const { bridge, user } = openWizard({
      'app.state': () => appState({ screen: 'first-run', recent: [vault] }),
    });
    expect(await heading(/^Open a vault$/)).toHaveFocus();
    expect(screen.getByRole('button', { name: 'Open part 1' })).toBeVisible();
    expect(bridge.inputsOf('setup.modules')).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Create a vault' }));
    await heading(/^Choose the token/);
    await user.click(screen.getByRole('button', { name: 'Back' }));
    await heading(/^Open a vault$/);
  });

  test('going back while the token is created stays there, without an error', async () => {
    let end = (): void => undefined;
    const connecting = new Promise<typeof profile>((_resolve, reject) => {
      end = () => reject(new Failure('engine-lost', 'The engine has ended.'));
    });
    const wizard = openWizard({
      'setup.connect': () => connecting,
      'setup.cancel': () => {
        end();
        return null;
      },
    });
    await toThePin(wizard);
    await wizard.user.keyboard('{Enter}');
    await wizard.user.click(screen.getByRole('button', { name: 'Back' }));
    await heading(/^Choose the token/);
    await connecting.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve));
    expect(screen.queryByText('The engine has ended.')).toBeNull();
    expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent(/^Choose the token/);
  });
});

test('in an open vault the focus starts at the heading of the page', async () => {
  openWindow({
    'app.state': () => appState({ screen: 'open', vault: vaultInfo, rollback: null }),
  });
  await expect.poll(() => document.activeElement?.textContent).toBe('Overview');
});
