import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type CallName, contract, type DropName } from '../../../shared/contract.ts';
import { Failure } from '../../../shared/failure.ts';
import type { NewRecord } from '../../ledger/record.ts';
import { Dispatcher, type DropHandlers, type Handlers, type Sender } from './dispatch.ts';

const HOME = 'app://claviger/';
const own: Sender = { isOwnWindow: true, url: `${HOME}index.html` };
const names = Object.keys(contract.calls) as CallName[];
const drops = Object.keys(contract.drops) as DropName[];

/** Which handlers were reached, and with what. */
let reached: { name: string; input: unknown }[];
let records: NewRecord[];
let reports: { incident: string; error: unknown }[];
let unlocked: boolean;
let restriction: Failure | null;

beforeEach(() => {
  reached = [];
  records = [];
  reports = [];
  unlocked = true;
  restriction = null;
});

const dispatcher = (answers: Partial<Record<CallName, (input: unknown) => unknown>> = {}) => {
  const handlers = Object.fromEntries(
    names.map((name) => [
      name,
      (input: unknown) => {
        reached.push({ name, input });
        return answers[name]?.(input) ?? null;
      },
    ]),
  );
  return new Dispatcher({
    handlers: handlers as unknown as Handlers,
    drops: Object.fromEntries(
      drops.map((name) => [
        name,
        (paths: readonly string[]) => {
          reached.push({ name, input: paths });
          return Promise.reject(new Failure('usage', 'none'));
        },
      ]),
    ) as unknown as DropHandlers,
    home: HOME,
    isUnlocked: () => unlocked,
    restriction: () => restriction,
    record: (record) => {
      records.push(record);
      return Promise.resolve();
    },
    report: (incident, error) => void reports.push({ incident, error }),
  });
};

const refused = (code: string) => ({ ok: false, failure: { code } });

describe('the sender', () => {
  it.each<[string, Sender]>([
    ['another window or a frame', { ...own, isOwnWindow: false }],
    ['a page from elsewhere', { ...own, url: 'https://example.org/' }],
    ['a page that looks like ours', { ...own, url: 'app://claviger.example.org/' }],
    ['a page without an address', { ...own, url: '' }],
  ])('refuses %s', async (_who, sender) => {
    const call = await dispatcher().call(sender, 'session.lock', null);
    expect(call).toMatchObject(refused('not-allowed'));
    for (const name of drops) {
      const drop = await dispatcher().drop(sender, name, ['/etc/passwd']);
      expect(drop).toMatchObject(refused('not-allowed'));
    }
    expect(reached).toEqual([]);
    expect(records.map(({ action, code }) => [action, code])).toEqual(
      ['session.lock', ...drops].map(() => ['window.refused', 'not-allowed']),
    );
  });
});

describe('the request', () => {
  it.each([
    'no.such.call',
    '__proto__',
    'constructor',
    'toString',
    '',
    null,
    7,
    ['session.lock'],
    { toString: () => 'session.lock' },
  ])('refuses the name %j', async (name) => {
    expect(await dispatcher().call(own, name, null)).toMatchObject(refused('invalid-request'));
    expect(reached).toEqual([]);
  });

  it.each<[string, CallName, unknown]>([
    ['a field too many', 'vault.open', { id: 'a'.repeat(32), path: '/etc' }],
    ['a path for an id', 'vault.open', { id: '/home/somebody/vault' }],
    ['an id of another form', 'vault.open', { id: 'A'.repeat(32) }],
    ['a number for text', 'session.unlock', { pin: 1234 }],
    ['a PIN without an end', 'session.unlock', { pin: '1'.repeat(256) }],
    ['an empty PIN', 'session.unlock', { pin: '' }],
    ['no input where there is one', 'keys.create', null],
    ['input where there is none', 'session.lock', {}],
    ['a custody that does not exist', 'keys.create', { name: 'a', custody: 'none', bulk: 'host' }],
    [
      'a name with a control character',
      'keys.create',
      { name: 'a\nb', custody: 'hsm-only', bulk: 'host' },
    ],
    ['a page too large', 'audit.query', { filter: {}, upTo: null, offset: 0, limit: 501 }],
    ['a page before the first', 'audit.query', { filter: {}, upTo: null, offset: -1, limit: 5 }],
    ['half a row', 'audit.query', { filter: {}, upTo: null, offset: 0.5, limit: 5 }],
    [
      'a day that no month has',
      'audit.query',
      { filter: { since: '2026-02-30T00:00:00.000Z' }, upTo: null, offset: 0, limit: 5 },
    ],
    ['an inherited field', 'vault.open', Object.create({ id: 'a'.repeat(32) })],
    ['bytes', 'vault.open', new Uint8Array(32)],
    ['a map', 'settings.set', new Map([['theme', 'dark']])],
    ['a setting that does not exist', 'settings.set', { autoLockMinutes: 10, debug: true }],
    ['no lock at all', 'settings.set', { autoLockMinutes: 0 }],
    ['very much text', 'settings.set', { theme: 'x'.repeat(9_000_000) }],
    ['a very long list', 'draft.remove', { ids: Array(100_000).fill('a'.repeat(32)) }],
  ])('refuses %s', async (_what, name, input) => {
    expect(await dispatcher().call(own, name, input)).toMatchObject(refused('invalid-request'));
    expect(reached).toEqual([]);
    expect(records).toHaveLength(1);
  });

  it('reveals nothing of a refused input', async () => {
    const result = await dispatcher().call(own, 'session.unlock', { pin: '77777777', more: 1 });
    expect(JSON.stringify([result, records])).not.toContain('77777777');
  });

  it('names what is wrong with a refused input', async () => {
    const result = await dispatcher().call(own, 'settings.set', { autoLockMinutes: 0 });
    const detail = 'autoLockMinutes is not in the expected form';
    expect(result).toMatchObject({ ok: false, failure: { detail } });
  });

  it('refuses any input or passes on a valid one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.anything(), async (name, input) => {
        const result = await dispatcher().call(own, name, input);
        const passed = reached.some((each) => each.name === name);
        reached = [];
        // null is what a handler of this test answers; few calls may answer that.
        if (!passed) expect(result).toMatchObject(refused('invalid-request'));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['paths that are none', [1, 2]],
    ['one path', '/etc/passwd'],
    ['an empty path', ['']],
    ['too many', Array(10_001).fill('/a')],
  ])('refuses a drop of %s', async (_what, paths) => {
    expect(await dispatcher().drop(own, 'draft.drop', paths)).toMatchObject(
      refused('invalid-request'),
    );
    expect(reached).toEqual([]);
  });
});

describe('calls and drops', () => {
  it('accepts no paths in a call: a script in the page could name any', async () => {
    for (const name of drops)
      expect(await dispatcher().call(own, name, ['/etc/passwd'])).toMatchObject(
        refused('invalid-request'),
      );
    expect(reached).toEqual([]);
  });

  it('does not answer a call as a drop', async () => {
    const result = await dispatcher().drop(own, 'session.lock', ['/a']);
    expect(result).toMatchObject(refused('invalid-request'));
    expect(await dispatcher().drop(own, 7, ['/a'])).toMatchObject(refused('invalid-request'));
    expect(reached).toEqual([]);
  });
});

describe('while locked', () => {
  const open = names.filter((name) => !contract.calls[name].unlocked);
  const inner = names.filter((name) => contract.calls[name].unlocked);

  it('answers no call that needs an open vault', async () => {
    unlocked = false;
    for (const name of inner) {
      const result = await dispatcher().call(own, name, null);
      expect(result, name).toMatchObject({ ok: false });
    }
    expect(await dispatcher().drop(own, 'draft.drop', ['/a'])).toMatchObject(
      refused('not-logged-in'),
    );
    const checkpoint = await dispatcher().drop(own, 'checkpoints.drop', ['/a']);
    expect(checkpoint).toMatchObject(refused('not-logged-in'));
    expect(await dispatcher().call(own, 'keys.list', null)).toMatchObject(refused('not-logged-in'));
    expect(reached).toEqual([]);
  });

  it('still verifies dropped reports', async () => {
    unlocked = false;
    await dispatcher().drop(own, 'verify.drop', ['/a']);
    expect(reached).toEqual([{ name: 'verify.drop', input: ['/a'] }]);
  });

  it('allows only a short list of calls', () => {
    expect(open).toEqual([
      'app.state',
      'vault.recent',
      'vault.choose',
      'vault.open',
      'vault.forget',
      'vault.close',
      'vault.reveal',
      'clipboard.write',
      'setup.folder',
      'setup.pickFolder',
      'setup.modules',
      'setup.pickModule',
      'setup.readModule',
      'setup.connect',
      'setup.saveProbe',
      'setup.finish',
      'setup.cancel',
      // Before the PIN: the library that gets it is chosen among those that main has shown.
      'trust.question',
      'trust.pickLibrary',
      'trust.answer',
      'session.unlock',
      'session.lock',
      // Records of an older version are viewed, and confirmed with the PIN.
      'carryOver.look',
      'carryOver.confirm',
      'verify.pick',
      'verify.against',
      'verify.save',
      'settings.set',
    ]);
  });
});

describe('while the vault is read-only', () => {
  const looks = names.filter((name) => 'looking' in contract.calls[name]);

  it('refuses and reports every call that changes or decrypts something', async () => {
    restriction = new Failure('rolled-back', 'This vault can only be looked at.');
    const changing = names.filter((name) => contract.calls[name].unlocked && !looks.includes(name));
    expect(changing).toContain('batch.start');
    const input = { name: 'a', custody: 'hsm-only', bulk: 'host' };
    expect(await dispatcher().call(own, 'keys.create', input)).toMatchObject(
      refused('rolled-back'),
    );
    for (const name of changing)
      expect(await dispatcher().call(own, name, null), name).toMatchObject({ ok: false });
    expect(await dispatcher().drop(own, 'draft.drop', ['/a'])).toMatchObject(
      refused('rolled-back'),
    );
    expect(reached).toEqual([]);
    expect(records[0]).toMatchObject({ action: 'window.refused', code: 'rolled-back' });
  });

  it('answers a short list of calls that only view, and those that resolve it', () => {
    expect(looks).toEqual([
      'session.status',
      'session.profile',
      'keys.list',
      'keys.detail',
      'audit.query',
      'audit.record',
      'audit.actions',
      'audit.verify',
      'overview.get',
      'checkpoints.current',
      'checkpoints.compare',
      'rollback.export',
      'rollback.accept',
    ]);
  });
});

describe('the answer', () => {
  it('passes an expected failure on', async () => {
    const fails = () => {
      throw new Failure('disk-full', 'The disk is full.', { next: 'Make room.' });
    };
    const result = await dispatcher({ 'vault.close': fails }).call(own, 'vault.close', null);
    expect(result).toEqual({
      ok: false,
      failure: { code: 'disk-full', cause: 'The disk is full.', next: 'Make room.' },
    });
  });

  it('does not reveal a bug', async () => {
    const breaks = () => {
      throw new Error('secret at /home/somebody');
    };
    const result = await dispatcher({ 'vault.close': breaks }).call(own, 'vault.close', null);
    expect(Object.keys(result)).toEqual(['ok', 'incident']);
    expect(reports).toMatchObject([{ error: { message: 'secret at /home/somebody' } }]);
  });

  it('returns nothing that the contract does not name', async () => {
    const leaks = () => [{ id: 'a'.repeat(32), key: 'bytes' }];
    const result = await dispatcher({ 'vault.recent': leaks }).call(own, 'vault.recent', null);
    expect(result).toHaveProperty('incident');
    expect(JSON.stringify(result)).not.toContain('bytes');
  });

  it('records what the dispatcher has to record', async () => {
    const fails = () => {
      throw new Failure('token-failed', 'no');
    };
    await dispatcher({ 'session.flushKeys': fails }).call(own, 'session.flushKeys', { id: null });
    expect(records).toMatchObject([
      { action: 'window.session.flushKeys', outcome: 'failed', code: 'token-failed' },
    ]);
  });
});

it('counts a flood of refusals instead of filling the ledger with it', async () => {
  const one = dispatcher();
  for (let n = 0; n < 200; n++) await one.call(own, 'no.such.call', null);
  expect(records).toHaveLength(20);
});
