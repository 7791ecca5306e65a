import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import type { Input } from '../../../shared/contract.ts';
import { Failure, toFailureData } from '../../../shared/failure.ts';
import type { FakeBridge, FakeCalls } from '../../testing/fake-bridge.ts';
import { batch, id, item, keyRow, noon, plan, receipt } from '../../testing/answers.ts';
import { openWindow, type OpenWindow } from '../../testing/window.ts';

const openWork = async (calls: FakeCalls = {}): Promise<OpenWindow> => {
  const opened = openWindow({
    'batch.plan': ({ kind }) => plan({ kind }),
    'draft.clear': () => ({ items: [] }),
    ...calls,
  });
  await opened.user.click(await screen.findByRole('button', { name: 'Encrypt & decrypt' }));
  return opened;
};

const drop = async (names: readonly string[]): Promise<void> => {
  const files = names.map((name) => new File([], name));
  await fireEvent.drop(await screen.findByRole('group', { name: /Drop zone/ }), {
    dataTransfer: { files, types: ['Files'], items: files },
  });
};

describe('plan', () => {
  test('dropped files are planned with the key used last, and Enter starts', async () => {
    const { bridge, user } = await openWork({ 'batch.start': () => batch() });
    bridge.answerDrop((names) => ({ items: names.map((name) => item(name)) }));
    await drop(['a.pdf', 'b.pdf']);
    expect(await screen.findByRole('button', { name: 'Encrypt 12 files' })).toBeVisible();
    expect(bridge.inputsOf('batch.plan')).toEqual([
      {
        kind: 'encrypt',
        keys: [id('1')],
        output: null,
        conflict: 'keep-both',
        originals: 'keep',
        encryptedInputs: 'leave-out',
        sealedNames: false,
      },
    ]);
    await user.keyboard('{Enter}');
    expect(bridge.inputsOf('batch.start')).toEqual([{ plan: id('9') }]);
    expect(await screen.findByRole('heading', { name: 'Encrypting 12 files' })).toBeVisible();
  });

  describe('with originals to be deleted', () => {
    const originalsAsked = (bridge: FakeBridge): unknown[] =>
      bridge.inputsOf('batch.plan').map((input) => (input as Input<'batch.plan'>).originals);

    test('says so on the button, asks once more, and forgets it for the next batch', async () => {
      const { bridge, user } = await openWork({
        'batch.plan': ({ kind }) => plan({ kind, files: 600 }),
        'batch.start': () => batch(),
        'batch.receipts': () => ({ rows: [], total: 0 }),
      });
      bridge.answerDrop((names) => ({ items: names.map((name) => item(name)) }));
      await drop(['a.pdf']);
      await screen.findByRole('button', { name: 'Encrypt 600 files' });
      await user.click(screen.getByRole('switch', { name: 'Delete originals' }));
      await user.click(
        await screen.findByRole('button', { name: 'Encrypt and delete 600 originals' }),
      );
      expect(bridge.inputsOf('batch.start')).toEqual([]);
      const dialog = await screen.findByRole('dialog', { name: 'Delete 600 originals?' });
      expect(dialog).toHaveTextContent('stays in the trash until you empty it');
      await user.keyboard('{Escape}');
      expect(bridge.inputsOf('batch.start')).toEqual([]);
      expect(originalsAsked(bridge)).toEqual(['keep', 'trash']);

      await user.click(screen.getByRole('radio', { name: 'Delete for good' }));
      await user.click(
        await screen.findByRole('button', { name: 'Encrypt and delete 600 originals' }),
      );
      const again = await screen.findByRole('dialog', { name: 'Delete 600 originals?' });
      expect(again).toHaveTextContent('This cannot be undone.');
      await user.click(
        within(again).getByRole('button', { name: 'Encrypt and delete 600 originals' }),
      );
      expect(originalsAsked(bridge)).toEqual(['keep', 'trash', 'delete']);
      expect(bridge.inputsOf('batch.start')).toHaveLength(1);

      bridge.emit('batch.finished', batch({ state: 'finished', ended: noon }));
      await user.click(await screen.findByRole('button', { name: 'New batch' }));
      await drop(['b.pdf']);
      expect(await screen.findByRole('switch', { name: 'Delete originals' })).not.toBeChecked();
    });

    test('deletes permanently, and says so, if there is no trash', async () => {
      const { bridge, user } = await openWork({
        'batch.plan': ({ kind }) => plan({ kind, trash: false }),
      });
      bridge.answerDrop((names) => ({ items: names.map((name) => item(name)) }));
      await drop(['a.pdf']);
      await screen.findByRole('button', { name: 'Encrypt 12 files' });
      await user.click(screen.getByRole('switch', { name: 'Delete originals' }));
      expect(await screen.findByText(/There is no trash for these files/)).toBeVisible();
      await screen.findByRole('button', { name: 'Encrypt and delete 12 originals' });
      expect(originalsAsked(bridge)).toEqual(['keep', 'delete']);
    });

    test('counts them in the results, also those that stayed', async () => {
      const originals = { removal: 'trash', deleted: 11, kept: 1 } as const;
      await openWork({
        'batch.current': () =>
          batch({ state: 'finished', ended: noon, done: 12, filesDone: 12, originals }),
        'batch.receipts': () => ({ rows: [], total: 0 }),
      });
      const deleted = await screen.findByText('Originals in the trash');
      expect(deleted.parentElement).toHaveTextContent('11');
      expect(screen.getByText('Originals kept').parentElement).toHaveTextContent('1');
    });

    test('asks again before a retry deletes them', async () => {
      const originals = { removal: 'delete', deleted: 8, kept: 0 } as const;
      const { bridge, user } = await openWork({
        'batch.current': () =>
          batch({ state: 'finished', ended: noon, done: 8, failed: 4, filesDone: 12, originals }),
        'batch.receipts': () => ({ rows: [], total: 0 }),
      });
      await user.click(await screen.findByRole('button', { name: /Retry/ }));
      await screen.findByRole('dialog', { name: 'Delete 4 originals?' });
      expect(bridge.inputsOf('batch.retry')).toEqual([]);
    });
  });

  test('the picker shows full names and the KCV to distinguish keys', async () => {
    const keys = [
      keyRow('Customer statements 2025', '1', { lastUsed: noon, kcv: '878d33' }),
      keyRow('Customer statements 2026', '2', { kcv: '00ab11' }),
    ];
    const { bridge, user } = await openWork({ 'keys.list': () => keys });
    bridge.answerDrop((names) => ({ items: names.map((name) => item(name)) }));
    await drop(['a.pdf']);
    await user.click(await screen.findByRole('combobox', { name: 'Key' }));
    expect(await screen.findByRole('option', { name: /2025.*878d33/ })).toBeVisible();
    expect(screen.getByRole('option', { name: /2026.*00ab11/ })).toBeVisible();
  });

  test('a second key of the same bulk can be added; others say why not', async () => {
    const keys = [
      keyRow('Contracts', '1', { lastUsed: noon }),
      keyRow('Recovery', '2'),
      keyRow('Board papers', '3', { bulk: 'token' }),
    ];
    const { bridge, user } = await openWork({ 'keys.list': () => keys });
    bridge.answerDrop((names) => ({ items: names.map((name) => item(name)) }));
    await drop(['a.pdf']);
    await user.click(await screen.findByRole('combobox', { name: 'Also opens with' }));
    const other = await screen.findByRole('option', { name: /Board papers/ });
    expect(other).toHaveAttribute('aria-disabled', 'true');
    expect(other).toHaveTextContent('works in the token, the first key does not');
    expect(screen.queryByRole('option', { name: /Contracts/ })).toBeNull();
    await user.click(screen.getByRole('option', { name: /Recovery/ }));
    const chosen = () => bridge.inputsOf('batch.plan').at(-1) as Input<'batch.plan'>;
    await expect.poll(() => chosen().keys).toEqual([id('1'), id('2')]);
    await user.click(await screen.findByRole('button', { name: 'Remove Recovery' }));
    await expect.poll(() => chosen().keys).toEqual([id('1')]);
  });

  test('Escape clears the plan and starts nothing', async () => {
    const { bridge, user } = await openWork();
    bridge.answerDrop((names) => ({ items: names.map((name) => item(name)) }));
    await drop(['a.pdf']);
    await screen.findByRole('button', { name: 'Encrypt 12 files' });
    await user.keyboard('{Escape}');
    expect(await screen.findByText('Drop files or folders to encrypt them')).toBeVisible();
    expect(bridge.inputsOf('batch.start')).toEqual([]);
  });

  test('encrypted files alone switch to Decrypt, and that is said', async () => {
    const { bridge } = await openWork();
    bridge.answerDrop(() => ({ items: [item('a.clv', { encrypted: 1 })] }));
    await drop(['a.clv']);
    expect(await screen.findByText(/the mode is now Decrypt/)).toBeVisible();
    expect(screen.getByRole('radio', { name: 'Decrypt' })).toBeChecked();
    expect(bridge.inputsOf('batch.plan')).toMatchObject([{ kind: 'decrypt', keys: [] }]);
  });

  test('a mixed drop stays with Encrypt and offers Decrypt', async () => {
    const { bridge, user } = await openWork();
    bridge.answerDrop(() => ({
      items: [item('folder', { folder: true, files: 9, encrypted: 4 })],
    }));
    await drop(['folder']);
    expect(await screen.findByText('4 files are already encrypted.')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Decrypt them instead' }));
    expect(bridge.inputsOf('batch.plan')).toMatchObject([{ kind: 'encrypt' }, { kind: 'decrypt' }]);
  });

  test('a plan that is refused says why and cannot be started', async () => {
    const { bridge, user } = await openWork({
      'batch.plan': () =>
        plan({ refusal: toFailureData(new Failure('disk-full', '18.6 GB needed, 11.2 GB free.')) }),
    });
    bridge.answerDrop(() => ({ items: [item('a.pdf')] }));
    await drop(['a.pdf']);
    expect(await screen.findByRole('alert')).toHaveTextContent('18.6 GB needed, 11.2 GB free.');
    await user.keyboard('{Enter}');
    expect(bridge.inputsOf('batch.start')).toEqual([]);
  });

  test('what will be skipped and what cannot be processed are two lists', async () => {
    const { bridge, user } = await openWork({
      'batch.plan': () => plan({ failed: 1, skipped: 4 }),
      'plan.leftOut': ({ outcome }) => {
        const name = outcome === 'failed' ? 'tab\there' : 'notes.clv';
        const reason = toFailureData(new Failure('name-unusable', `Why ${outcome}.`));
        return { rows: [{ name, folder: '/home/officer', reason }], total: 1 };
      },
    });
    bridge.answerDrop((names) => ({ items: names.map((name) => item(name)) }));
    await drop(['a.pdf']);
    await screen.findByText('1 cannot be processed');
    for (const [name, why] of [
      ['Show what cannot be processed', 'Why failed.'],
      ['Show what will be skipped', 'Why skipped.'],
    ] as const) {
      await user.click(screen.getByRole('button', { name }));
      expect(await screen.findByRole('row', { name: new RegExp(why) })).toBeVisible();
      await user.keyboard('{Escape}');
    }
    expect(screen.getByRole('button', { name: 'Show the outputs' })).toBeVisible();
  });

  test('the warning about existing outputs shows only those', async () => {
    const row = { index: 0, folder: '/home/officer', sealedName: false, size: 1 };
    const { bridge, user } = await openWork({
      'batch.plan': () => plan({ files: 2, conflicts: 1 }),
      'plan.files': ({ which }) =>
        which === 'conflicts'
          ? { rows: [{ ...row, name: 'b.pdf', output: '/home/officer/b (2).pdf.clv' }], total: 1 }
          : { rows: [{ ...row, name: 'a.pdf', output: '/home/officer/a.pdf.clv' }], total: 1 },
    });
    bridge.answerDrop(() => ({ items: [item('a.pdf'), item('b.pdf')] }));
    await drop(['a.pdf', 'b.pdf']);
    await user.click(await screen.findByRole('button', { name: 'Show existing outputs' }));
    const dialog = await screen.findByRole('dialog');
    expect(await within(dialog).findByText('b (2).pdf.clv')).toBeVisible();
    expect(within(dialog).queryByText('a.pdf.clv')).toBeNull();
  });

  test('a plan that leaves every file out says so and can be recorded', async () => {
    const { bridge, user } = await openWork({
      'batch.plan': () => plan({ files: 0, bytes: 0, failed: 2, skipped: 1, space: null }),
      'batch.start': () => batch({ state: 'finished', ended: noon, files: 0, done: 0, failed: 2 }),
      'batch.receipts': () => ({ rows: [], total: 0 }),
    });
    bridge.answerDrop(() => ({ items: [item('a.pdf')] }));
    await drop(['a.pdf']);
    expect(await screen.findByText('There are no files to process')).toBeVisible();
    await user.click(screen.getByRole('switch', { name: 'Delete originals' }));
    await user.click(await screen.findByRole('button', { name: /^Record 3 files as left out/ }));
    // No original goes: nothing is asked.
    expect(bridge.inputsOf('batch.start')).toEqual([{ plan: id('9') }]);
  });

  test('only the answer to the newest question counts', async () => {
    const waiting: (() => void)[] = [];
    const { bridge, user } = await openWork({
      'batch.plan': ({ kind }) =>
        new Promise((resolve) => {
          waiting.push(() => {
            resolve(plan({ kind, files: kind === 'encrypt' ? 12 : 5 }));
          });
        }),
    });
    bridge.answerDrop(() => ({ items: [item('a.pdf', { files: 2, encrypted: 1 })] }));
    await drop(['a.pdf']);
    await user.click(await screen.findByRole('radio', { name: 'Verify' }));
    waiting[1]?.();
    expect(await screen.findByRole('button', { name: 'Verify 5 files' })).toBeVisible();
    waiting[0]?.();
    await Promise.resolve();
    expect(screen.getByRole('button', { name: 'Verify 5 files' })).toBeVisible();
  });

  test('without an active key the page offers to create one', async () => {
    await openWork({ 'keys.list': () => [keyRow('Old', '1', { state: 'deactivated' })] });
    expect(await screen.findByRole('heading', { name: 'There is no active key' })).toBeVisible();
  });
});

describe('run and results', () => {
  test('progress is shown as a progress bar and Escape cancels', async () => {
    const { bridge, user } = await openWork({
      'batch.current': () => batch(),
      'batch.cancel': () => null,
    });
    expect(await screen.findByRole('progressbar')).toHaveAttribute('aria-valuenow', '25');
    bridge.emit('batch.progress', batch({ bytesDone: 3_000_000, done: 9 }));
    await expect
      .poll(() => screen.getByRole('progressbar').getAttribute('aria-valuenow'))
      .toBe('75');
    await user.keyboard('{Escape}');
    expect(bridge.inputsOf('batch.cancel')).toEqual([{ id: id('e') }]);
  });

  test('failures come first in the title, the banner and the list, and R retries them', async () => {
    const ended = batch({ state: 'finished', done: 10, failed: 2, ended: noon, filesDone: 12 });
    const { bridge, user } = await openWork({
      'batch.current': () => ended,
      'batch.retry': () => batch({ files: 2 }),
      'batch.receipts': () => ({
        rows: [
          receipt('minutes.pdf', {
            outcome: 'failed',
            output: null,
            reason: toFailureData(
              new Failure('source-changed', 'The file changed while it was being read.', {
                next: 'Close it in the other program, then retry.',
              }),
            ),
          }),
        ],
        total: 1,
      }),
    });
    expect(await screen.findByRole('heading', { name: '2 of 12 files failed' })).toBeVisible();
    expect(screen.getByRole('alert')).toHaveTextContent(/2 files are not encrypted/);
    expect(await screen.findByText(/Close it in the other program, then retry/)).toBeVisible();
    expect(bridge.inputsOf('batch.receipts')).toMatchObject([{ outcome: 'not-done' }]);
    await user.keyboard('r');
    expect(bridge.inputsOf('batch.retry')).toEqual([{ id: id('e') }]);
  });

  test('cancelled and skipped files are counted beside failed ones', async () => {
    const counts = { done: 1_024, failed: 1, skipped: 3, cancelled: 207 };
    const ended = batch({ state: 'cancelled', ended: noon, files: 1_232, ...counts });
    const { bridge, user } = await openWork({
      'batch.current': () => ended,
      'batch.retry': () => batch({ files: 208 }),
      'batch.receipts': () => ({ rows: [], total: 0 }),
    });
    const title = '1 of 1,235 files failed, 207 cancelled';
    expect(await screen.findByRole('heading', { name: title })).toBeVisible();
    expect(screen.getByRole('alert')).toHaveTextContent(
      '207 files were cancelled before their turn.',
    );
    await user.click(screen.getByRole('button', { name: /^Retry 1 failed and 207 cancelled/ }));
    expect(bridge.inputsOf('batch.retry')).toEqual([{ id: id('e') }]);
  });

  test('an interrupted batch can be resumed', async () => {
    const { bridge, user } = await openWork({
      'batch.unfinished': () => [{ id: batch().id, kind: 'encrypt', created: noon, files: 9 }],
      'batch.resume': () => batch(),
    });
    await user.click(await screen.findByRole('button', { name: 'Resume' }));
    expect(bridge.inputsOf('batch.resume')).toEqual([{ id: id('e') }]);
  });
});
