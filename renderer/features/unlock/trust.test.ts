import { screen } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import type { AppState } from '../../../shared/contract/app.ts';
import type { Library, TrustQuestion } from '../../../shared/contract/trust.ts';
import type { FailureCode } from '../../../shared/failure.ts';
import { appState, id, noon, vaultInfo } from '../../testing/answers.ts';
import { openWindow, type OpenWindow } from '../../testing/window.ts';

const library = (digit: string, product: string): Library => ({
  id: id(digit),
  product,
  path: `/usr/lib/${product}.so`,
  sha256: digit.repeat(64),
  parameters: 'none',
});

const locked = (code: FailureCode): AppState =>
  appState({
    screen: 'locked',
    vault: vaultInfo,
    token: {
      present: false,
      pinPad: false,
      pinState: 'ok',
      model: null,
      failure: { code, cause: 'A reason.' },
    },
    lock: { reason: 'start', at: noon },
    unconfirmed: false,
    batchRunning: false,
    filesWaiting: 0,
  });

const open = (code: FailureCode, question: TrustQuestion): OpenWindow =>
  openWindow({
    'app.state': () => locked(code),
    'trust.question': () => question,
    'trust.pickLibrary': () => library('3', 'Other'),
    'trust.answer': () => ({ notRemembered: null }),
  });

const answers = ({ bridge }: OpenWindow): unknown[] =>
  bridge.made.filter(({ name }) => name === 'trust.answer').map(({ input }) => input);

const unknown: TrustQuestion = {
  kind: 'unknown',
  fingerprint: 'f'.repeat(64),
  token: { label: 'hsm-prod-2', serial: '5B02' },
  libraries: [library('1', 'Luna'), library('2', 'SoftHSM2')],
};

describe('a vault that this computer does not know', () => {
  test('is trusted only with a library that was chosen and a fingerprint that was compared', async () => {
    const opened = open('vault-unknown', unknown);
    const { user } = opened;
    const go = await screen.findByRole('button', { name: /Trust this vault/ });
    expect(screen.queryByLabelText('Token PIN')).toBeNull();
    expect(screen.getAllByText('ffff')).toHaveLength(16);
    await user.click(go);
    await user.click(screen.getByRole('radio', { name: /Luna/ }));
    await user.click(go);
    expect(answers(opened)).toEqual([]);
    await user.click(screen.getByRole('checkbox', { name: /fingerprint/ }));
    await user.click(go);
    expect(answers(opened)).toEqual([{ library: id('1'), parameters: null }]);
  });

  test('accepts a named library', async () => {
    const opened = open('vault-unknown', { ...unknown, libraries: [] });
    const { user } = opened;
    expect(await screen.findByText(/No PKCS#11 library was found/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Other library…' }));
    expect(await screen.findByRole('radio', { name: /Other/ })).toBeChecked();
    await user.click(screen.getByRole('checkbox', { name: /fingerprint/ }));
    await user.click(screen.getByRole('button', { name: /Trust this vault/ }));
    expect(answers(opened)).toEqual([{ library: id('3'), parameters: null }]);
  });
});

test('a changed library is shown with both hashes, and trusted only by a click', async () => {
  const opened = open('library-changed', {
    kind: 'changed',
    library: library('2', 'SoftHSM2'),
    before: '1'.repeat(64),
  });
  const { user } = opened;
  await screen.findByRole('heading', { name: /library has changed/ });
  expect(screen.queryByLabelText('Token PIN')).toBeNull();
  expect(await screen.findByText('/usr/lib/SoftHSM2.so')).toBeVisible();
  for (const part of ['1111', '2222']) expect(screen.getAllByText(part)).toHaveLength(16);
  expect(answers(opened)).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Trust the library as it is now' }));
  expect(answers(opened)).toEqual([{ library: id('2'), parameters: null }]);
});
