import { fireEvent, screen, within } from '@testing-library/svelte';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import type { Fate, Plan } from '../../../shared/contract/work.ts';
import type { Input } from '../../../shared/contract.ts';
import { keyIdSchema } from '../../../shared/ids.ts';
import { batch, id, item, keyRow, plan } from '../../testing/answers.ts';
import type { FakeCalls } from '../../testing/fake-bridge.ts';
import { openWindow, type OpenWindow } from '../../testing/window.ts';

const keyId = v.parse(keyIdSchema, id('1'));

const key = (version: number, state: 'active' | 'deactivated' | 'compromised' | 'suspended') => ({
  ...{ id: keyId, name: 'Lab results', version, state },
});

const fate = (more: Partial<Fate>): Fate => ({
  ...{ from: key(3, 'deactivated'), fate: 'replaced', files: 10, bytes: 2_000 },
  to: { id: keyId, name: 'Lab results', version: 4 },
  ...more,
});

/** Some encrypted files are dropped, and Rewrap is chosen. */
const openPlan = async (made: Partial<Plan>, calls: FakeCalls = {}): Promise<OpenWindow> => {
  const opened = openWindow({
    'batch.plan': ({ kind }) => plan({ kind, ...made }),
    ...calls,
  });
  const { bridge, user } = opened;
  await user.click(await screen.findByRole('button', { name: 'Encrypt & decrypt' }));
  await user.click(await screen.findByRole('radio', { name: 'Rewrap' }));
  bridge.answerDrop((names) => ({ items: names.map((name) => item(name, { encrypted: 1 })) }));
  await fireEvent.drop(await screen.findByRole('group', { name: 'Drop zone: rewrap' }), {
    dataTransfer: { files: [new File([], 'a.clv')], types: ['Files'], items: [] },
  });
  return opened;
};

const inputs = ({ bridge }: OpenWindow): Input<'batch.plan'>[] =>
  bridge.inputsOf('batch.plan').map((each) => each as Input<'batch.plan'>);

const cells = async (): Promise<string[]> => {
  const table = await screen.findByRole('table', { name: 'Files by key and version' });
  return within(table)
    .getAllByRole('row')
    .slice(1)
    .map((row) => row.textContent.replace(/\s+/g, ' ').trim());
};

test('the plan tells what becomes of the files of each key version, and Enter starts', async () => {
  const fates = [
    fate({}),
    fate({ from: key(2, 'suspended'), fate: 'refused', to: null, files: 2 }),
    fate({ from: key(4, 'active'), fate: 'up-to-date', to: null, files: 3 }),
    fate({ from: null, fate: 'not-ours', to: null, files: 1 }),
  ];
  const opened = await openPlan({ fates }, { 'batch.start': () => batch({ kind: 'rewrap' }) });
  expect(await cells()).toEqual([
    'Lab results v3 Deactivated102 kBRewrap to v4',
    'Lab results v2 Suspended22 kBLeft out: see the reasons',
    'Lab results v4 Active32 kBLeft out: already v4',
    'No key of this vault12 kBLeft out: key unknown',
  ]);
  expect(inputs(opened).at(-1)).toMatchObject({
    ...{ kind: 'rewrap', keys: [], output: null, originals: 'keep' },
  });
  expect(screen.queryByLabelText('Write to')).toBeNull();
  expect(screen.queryByText('Delete originals')).toBeNull();
  expect(screen.getByText('Files stay readable throughout')).toBeVisible();
  expect(screen.getByText('Contents are not decrypted')).toBeVisible();
  await opened.user.keyboard('{Enter}');
  expect(await screen.findByRole('heading', { name: 'Rewrapping 12 files' })).toBeVisible();
});

test('files under a compromised version are to be re-encrypted, and one click plans that', async () => {
  const compromised = fate({ from: key(3, 'compromised'), fate: 'refused', to: null, files: 412 });
  const opened = await openPlan({ fates: [compromised], files: 5, failed: 412 });
  expect(
    await screen.findByText('412 files must be encrypted again, not rewrapped.'),
  ).toBeVisible();
  expect((await cells())[0]).toMatch(/Re-encrypt only$/);
  await opened.user.click(screen.getByRole('button', { name: 'Plan re-encryption' }));
  expect(inputs(opened).at(-1)).toMatchObject({ kind: 'reencrypt', keys: [] });
  expect(screen.queryByText(/must be encrypted again/)).toBeNull();
  expect(await screen.findByText('Contents stay in memory')).toBeVisible();
  expect(screen.getByRole('radio', { name: 'Rewrap' })).toBeChecked();
});

test('keys are added to files and removed from them, and taken back', async () => {
  const [lab, recovery] = [keyRow('Lab results', '1'), keyRow('Recovery 2026', '7')];
  const old = keyRow('Old archive', '5', { state: 'deactivated' });
  const opened = await openPlan({}, { 'keys.list': () => [lab, recovery, old] });
  const { user } = opened;
  await user.click(await screen.findByLabelText('Rewrap to'));
  await user.click(await screen.findByRole('option', { name: 'Add or remove a key' }));
  const choose = async (list: string, key: RegExp): Promise<void> => {
    await user.click(await screen.findByRole('combobox', { name: list }));
    await user.click(await screen.findByRole('option', { name: key }));
  };
  await choose('Add a key', /Recovery 2026/);
  // A key that no longer encrypts can only be removed; the one to be added cannot be removed.
  await user.click(screen.getByRole('combobox', { name: 'Remove a key' }));
  const offered = (await screen.findAllByRole('option')).map((each) => each.textContent);
  expect(offered).toHaveLength(2);
  expect(offered.join()).not.toContain('Recovery 2026');
  await user.keyboard('{Escape}');
  await choose('Remove a key', /Old archive/);
  const added = { add: [id('7')], remove: [id('5')], dropOthers: false };
  expect(inputs(opened).at(-1)).toMatchObject({ kind: 'rewrap', keys: [], slots: added });
  await user.click(screen.getByRole('button', { name: 'Remove Recovery 2026' }));
  expect(inputs(opened).at(-1)).toMatchObject({ slots: { ...added, add: [] } });
  await user.click(screen.getByLabelText('Rewrap to'));
  await user.click(await screen.findByRole('option', { name: 'Newest version of the same key' }));
  expect(inputs(opened).at(-1)).toMatchObject({ slots: { add: [], remove: [] } });
});

test('the results tell how many known files each version opened before and opens now', async () => {
  const known = (
    version: number,
    state: 'active' | 'deactivated',
    before: number,
    after: number,
  ) => ({
    ...{ id: keyId, name: 'Lab results', version, state, destroys: null, before, after },
  });
  const opened = await openPlan(
    { files: 12 },
    {
      'batch.start': () => batch({ kind: 'rewrap', state: 'finished', done: 12 }),
      'batch.receipts': () => ({ rows: [], total: 0 }),
      'batch.known': () => [
        known(3, 'active', 2, 10),
        known(2, 'deactivated', 9, 1),
        known(1, 'deactivated', 4, 0),
      ],
    },
  );
  await opened.user.keyboard('{Enter}');
  const table = await screen.findByRole('table', { name: 'Known files by key and version' });
  const rows = within(table).getAllByRole('row').slice(1);
  expect(
    rows.map((row) =>
      within(row)
        .getAllByRole('cell')
        .slice(1)
        .map((cell) => cell.textContent.trim()),
    ),
  ).toEqual([
    ['2', '10', '+8', 'Encrypts new files'],
    ['9', '1', '−8', '1 file still needs it'],
    ['4', '0', '−4', 'No known file needs it'],
  ]);
});

test('re-encrypting, keys of other vaults are dropped only where that is chosen', async () => {
  const opened = await openPlan({});
  expect(screen.queryByLabelText(/^Drop keys of other vaults/)).toBeNull();
  await opened.user.click(await screen.findByLabelText('What happens'));
  await opened.user.click(await screen.findByRole('option', { name: /^Re-encrypt/ }));
  await opened.user.click(await screen.findByLabelText(/^Drop keys of other vaults/));
  expect(inputs(opened).at(-1)).toMatchObject({ kind: 'reencrypt', slots: { dropOthers: true } });
});

test('another key is chosen as the target, and given up again', async () => {
  const other = keyRow('Recovery 2026', '7');
  const opened = await openPlan({}, { 'keys.list': () => [keyRow('Lab results', '1'), other] });
  const { user } = opened;
  await user.click(await screen.findByLabelText('Rewrap to'));
  await user.click(await screen.findByRole('option', { name: 'Another key' }));
  await user.click(await screen.findByRole('combobox', { name: 'Target' }));
  await user.click(await screen.findByRole('option', { name: /Recovery 2026/ }));
  expect(inputs(opened).at(-1)).toMatchObject({ kind: 'rewrap', keys: [id('7')] });
  await user.click(screen.getByLabelText('Rewrap to'));
  await user.click(await screen.findByRole('option', { name: 'Newest version of the same key' }));
  expect(inputs(opened).at(-1)).toMatchObject({ kind: 'rewrap', keys: [] });
});
