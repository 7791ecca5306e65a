import { screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import type { Comparison, ObjectFinding } from '../../../shared/contract/token.ts';
import { Failure } from '../../../shared/failure.ts';
import type { Profile } from '../../../shared/contract/token.ts';
import type { Session } from '../../../shared/contract/session.ts';
import { messages } from '../../messages/en.ts';
import { id, masters, noon, preview, profile, session } from '../../testing/answers.ts';
import { openWindow, type OpenWindow } from '../../testing/window.ts';

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

const openChange = async (
  more: Partial<Profile> = {},
  pinState: Session['token']['pinState'] = 'ok',
): Promise<OpenWindow> => {
  const opened = openWindow({
    'session.profile': () => ({ ...profile, ...more }),
    'session.status': () => ({ ...session, token: { ...session.token, pinState } }),
    'session.changePin': () => session,
  });
  const { user } = opened;
  await user.click(await screen.findByRole('button', { name: /^Settings/ }));
  await user.click(screen.getByRole('button', { name: 'Module and token' }));
  await user.click(await screen.findByRole('button', { name: 'Change PIN…' }));
  return opened;
};

const fill = async ({ user }: OpenWindow, ...pins: readonly string[]): Promise<void> => {
  const fields = ['Old PIN', 'New PIN', 'Repeat the new PIN'];
  for (const [i, pin] of pins.entries())
    await user.type(screen.getByLabelText(fields[i] ?? ''), pin);
  await user.keyboard('{Enter}');
};

test('the new PIN is typed twice, and nothing is sent before both agree', async () => {
  const opened = await openChange();
  await fill(opened, '1234', '5678', '5679');
  expect(await screen.findByText('The PINs do not match.')).toBeVisible();
  expect(opened.bridge.inputsOf('session.changePin')).toEqual([]);
  await opened.user.clear(screen.getByLabelText('Repeat the new PIN'));
  await opened.user.type(screen.getByLabelText('Repeat the new PIN'), '5678{Enter}');
  expect(await screen.findByText('PIN changed')).toBeVisible();
  expect(opened.bridge.inputsOf('session.changePin')).toEqual([
    { change: { oldPin: '1234', newPin: '5678' } },
  ]);
});

test('a refusal is shown in the dialog, and no PIN stays in it', async () => {
  const opened = await openChange();
  opened.bridge.answer('session.changePin', () => {
    throw new Failure('pin-incorrect', 'The old PIN is not correct.', {
      next: 'One try remains before the PIN is locked.',
    });
  });
  await fill(opened, '1234', '5678', '5678');
  expect(await screen.findByText(/One try remains/)).toBeVisible();
  expect(screen.getByLabelText('Old PIN')).toHaveValue('');
  expect(screen.getByLabelText('Old PIN')).toHaveFocus();
  expect(screen.getByLabelText('Old PIN')).toBeInvalid();
  expect(screen.getByLabelText('New PIN')).toHaveValue('');
});

test.each([
  ['count-low', /Few tries are left/],
  ['final-try', /One try is left/],
] as const)('says before a try that it may be one of the last: %s', async (pinState, words) => {
  await openChange({}, pinState);
  expect(await screen.findByText(words)).toBeVisible();
});

test('at a token with a PIN pad nothing is typed here', async () => {
  const opened = await openChange({ pinPad: true });
  expect(await screen.findByText(/token’s own keypad/)).toBeVisible();
  expect(screen.queryByLabelText('Old PIN')).toBeNull();
  await opened.user.click(screen.getByRole('button', { name: 'Change PIN' }));
  expect(opened.bridge.inputsOf('session.changePin')).toEqual([{ change: null }]);
});

const object = (kind: ObjectFinding['kind'], label: string): ObjectFinding => ({
  ...{ kind, label, objectClass: 4, objectId: id('a'), key: null, detail: null },
  ...{ what: `What is ${kind}`, next: 'Do this.' },
  removable: kind === 'orphaned' || kind === 'left',
});
const comparison = (...findings: ObjectFinding[]): Comparison => ({
  ...{ findings, total: findings.length, sound: 5, otherVaults: 1, others: 2, at: noon },
});

const openObjects = async (...findings: ObjectFinding[]): Promise<OpenWindow> => {
  const opened = openWindow({
    'session.profile': () => profile,
    'token.reconcile': () => comparison(...findings),
    'token.remove': () => comparison(),
  });
  await opened.user.click(await screen.findByRole('button', { name: /^Settings/ }));
  await opened.user.click(screen.getByRole('button', { name: 'Module and token' }));
  await opened.user.click(await screen.findByRole('button', { name: 'Compare now' }));
  return opened;
};

test('says that nothing was found, and counts what belongs to others', async () => {
  await openObjects();
  expect(await screen.findByText('Nothing is missing, altered or left over.')).toBeVisible();
  expect(screen.getByText(/1 of other vaults, 2 of other programs/)).toBeVisible();
  expect(screen.queryByRole('button', { name: /^Remove/ })).toBeNull();
});

test('removes what the keystore does not need, and only after it was confirmed', async () => {
  const found = [object('missing', 'a'), object('orphaned', 'b'), object('left', 'c')];
  const { bridge, user } = await openObjects(...found);
  expect(await screen.findByText('What is missing')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Remove 2 objects…' }));
  expect(bridge.inputsOf('token.remove')).toEqual([]);
  const dialog = within(await screen.findByRole('dialog'));
  expect(dialog.queryByText('What is missing')).toBeNull();
  await user.click(dialog.getByRole('button', { name: 'Remove 2 objects' }));
  expect(bridge.inputsOf('token.remove')).toEqual([
    { objects: ['b', 'c'].map((label) => ({ objectClass: 4, objectId: id('a'), label })) },
  ]);
  expect(await screen.findByText('Nothing is missing, altered or left over.')).toBeVisible();
});

const openMasters = async (button = 'Rotate…'): Promise<OpenWindow> => {
  const opened = openWindow({
    'session.profile': () => profile,
    'token.rotateMasters': () => ({ versions: 3, marked: 2, oldKept: null }),
  });
  await opened.user.click(await screen.findByRole('button', { name: /^Settings/ }));
  await opened.user.click(screen.getByRole('button', { name: 'Module and token' }));
  await opened.user.click(await screen.findByRole('button', { name: button }));
  return opened;
};

test('the master keys are rotated once the name of the vault is typed, and not before', async () => {
  const { bridge, user } = await openMasters();
  const dialog = within(await screen.findByRole('dialog', { name: 'Rotate the master keys?' }));
  expect(dialog.getByText(/It wraps 3 versions of keys again/)).toBeVisible();
  expect(dialog.getByText(/made before open nothing any more/)).toBeVisible();
  await user.type(dialog.getByLabelText('Type the name of the vault'), 'Vault{Enter}');
  expect(await dialog.findByText('This is not the name of the vault.')).toBeVisible();
  expect(bridge.inputsOf('token.rotateMasters')).toEqual([]);
  await user.clear(dialog.getByLabelText('Type the name of the vault'));
  await user.type(
    dialog.getByLabelText('Type the name of the vault'),
    `${masters.vaultName}{Enter}`,
  );
  expect(await screen.findByText('Master keys rotated')).toBeVisible();
  expect(bridge.inputsOf('token.rotateMasters')).toEqual([
    { vaultName: 'vault', reason: 'scheduled', note: '', compromised: null },
  ]);
});

test('a rotation that fails is told in its dialog; old master keys that stay are told too', async () => {
  const { bridge, user } = await openMasters();
  bridge.answer('token.rotateMasters', () => {
    throw new Failure('busy', 'A batch is running.', { next: 'Wait for its end or cancel it.' });
  });
  const dialog = within(await screen.findByRole('dialog'));
  await user.type(dialog.getByLabelText('Type the name of the vault'), 'vault{Enter}');
  expect(await dialog.findByText('A batch is running.')).toBeVisible();
  bridge.answer('token.rotateMasters', () => ({
    versions: 3,
    marked: 0,
    oldKept: 'The token refused.',
  }));
  await user.click(dialog.getByRole('button', { name: 'Rotate the master keys' }));
  expect(await screen.findByText(/still in the token: The token refused\./)).toBeVisible();
});

test('master keys are marked as compromised with a reason, and what to do next is told', async () => {
  const { bridge, user } = await openMasters('Mark as compromised…');
  const dialog = within(await screen.findByRole('dialog', { name: /^Mark the master keys/ }));
  expect(dialog.getByText(/3 versions of keys will be marked as compromised/)).toBeVisible();
  await user.type(dialog.getByLabelText('Type the name of the vault'), 'vault{Enter}');
  expect(await dialog.findByText('Choose a reason.')).toBeVisible();
  expect(bridge.inputsOf('token.rotateMasters')).toEqual([]);
  await user.click(dialog.getByLabelText('Reason'));
  await user.click(await screen.findByRole('option', { name: messages.keyActs.reasons.disclosed }));
  await user.click(dialog.getByRole('button', { name: 'Mark and rotate' }));
  expect(await screen.findByText('2 versions of keys marked as compromised')).toBeVisible();
  expect(bridge.inputsOf('token.rotateMasters')).toEqual([
    { vaultName: 'vault', reason: 'disclosed', note: '', compromised: {} },
  ]);
});
