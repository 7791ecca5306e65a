import { expect } from 'vitest';
import { makeKey, test } from './support/test.ts';

const id = 'a'.repeat(32);

test('exposes only the bridge to the page', async ({ driver }) => {
  const seen = await driver.page.evaluate(() => ({
    bridge: Object.keys(window.claviger).sort(),
    node: ['require', 'process', 'module', 'Buffer', 'global', 'electron'].filter(
      (name) => name in globalThis,
    ),
  }));
  expect(seen).toEqual({
    bridge: ['call', 'drop', 'on'],
    node: [],
  });
});

test('refuses a hostile page and records what it tried', async ({ vault }) => {
  const plan = {
    kind: 'encrypt',
    keys: [],
    conflict: 'replace',
    originals: 'delete',
    encryptedInputs: 'leave-out',
    sealedNames: false,
  };
  const attempts: [unknown, unknown][] = [
    ['no.such.call', null],
    ['__proto__', {}],
    [{ name: 'session.lock' }, null],
    ['vault.open', { id: '/etc' }],
    ['vault.open', { id }],
    ['batch.start', { plan: id }],
    ['batch.plan', { ...plan, output: '/tmp' }],
    ['batch.plan', { ...plan, output: id }],
    ['keys.detail', { id: 7 }],
    ['audit.query', { filter: { text: 'x'.repeat(2_000) }, upTo: null, offset: 0, limit: 10 }],
    ['settings.set', { autoLockMinutes: 1e9 }],
    ['settings.set', { outputFolder: '/tmp' }],
  ];
  for (const [name, input] of attempts) {
    const result = await vault.raw(name, input);
    expect(result, JSON.stringify([name, input])).toMatchObject({ ok: false, failure: {} });
  }
  const { total } = await vault.call('audit.query', {
    filter: { action: 'window.refused' },
    upTo: null,
    offset: 0,
    limit: 50,
  });
  // Made-up IDs have the right form, and are refused when they are looked up.
  expect(total).toBe(attempts.length - 3);
});

test('refuses very large or unusual values before reading them', async ({ vault }) => {
  const outcomes = await vault.page.evaluate(async () => {
    // The bridge itself accepts nothing deeper than 1,000.
    let deep: unknown = null;
    for (let level = 0; level < 900; level++) deep = [deep];
    const inputs: unknown[] = [
      { pin: 'x'.repeat(16 * 1024 * 1024) },
      { ids: Array.from({ length: 200_000 }, () => 'a'.repeat(32)) },
      Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`name${index}`, index])),
      new Uint8Array(16 * 1024 * 1024),
      new Map([['pin', '1']]),
      new Date(),
      deep,
    ];
    const names = ['session.unlock', 'draft.remove', 'settings.set'] as const;
    const answers: unknown[] = [];
    for (const input of inputs)
      for (const name of names) answers.push(await window.claviger.call(name, input as never));
    return answers;
  });
  expect(outcomes).toHaveLength(21);
  for (const outcome of outcomes)
    expect(outcome).toMatchObject({ ok: false, failure: { code: 'invalid-request' } });
  // The main process is still running and responds quickly.
  expect(await vault.call('draft.get', null)).toEqual({ items: [] });
});

test('accepts no file that was created in the page', async ({ vault }) => {
  const result = await vault.page.evaluate(() =>
    window.claviger.drop('draft.drop', [new File(['text'], '/etc/passwd')]),
  );
  expect(result).toMatchObject({ ok: false, failure: { code: 'invalid-request' } });
  await expect(
    vault.page.evaluate(() =>
      window.claviger.drop('draft.drop', ['/etc/passwd' as unknown as File]),
    ),
  ).rejects.toThrow();
  expect(await vault.call('draft.get', null)).toEqual({ items: [] });
});

test('refuses replayed calls after a lock', async ({ vault }) => {
  const key = await makeKey(vault, 'Key', 'fast');
  await vault.reloads(() => vault.ask('session.lock', null));
  await vault.fails('keys.detail', { id: key.id }, 'not-logged-in');
  await vault.fails('draft.get', null, 'not-logged-in');
  await vault.fails('session.flushKeys', { id: null }, 'not-logged-in');
  await vault.fails('settings.set', { autoLockMinutes: 240 }, 'not-logged-in');
  // The lock does not protect the appearance settings.
  await vault.call('settings.set', { theme: 'dark' });
});

test('does not navigate away, open windows or fetch', async ({ driver }) => {
  const { page, app } = driver;
  const home = page.url();
  expect(home).toBe('app://claviger/');
  await page.evaluate(() => {
    setTimeout(() => (location.href = 'https://example.org/'), 0);
    setTimeout(() => (location.href = 'file:///etc/passwd'), 50);
  });
  const opened = await page.evaluate(() => window.open('app://claviger/') === null);
  expect(opened).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(page.url()).toBe(home);
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  const fetched = await page.evaluate(async () => {
    const addresses = [
      'https://example.org/',
      'file:///etc/passwd',
      'app://other/',
      'http://127.0.0.1:1/',
    ];
    const all = await Promise.allSettled(addresses.map((address) => fetch(address)));
    return all.map(({ status }) => status);
  });
  expect(fetched).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
});

test('does not run text as code', async ({ driver }) => {
  // In a separate task, because the policy does not apply within a call of the developer tools.
  const results = await driver.page.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const attempt = (work: () => unknown): string => {
          try {
            work();
            return 'ran';
          } catch (error) {
            return (error as Error).name;
          }
        };
        setTimeout(
          () =>
            resolve([
              attempt(() => (0, eval)('1')),
              attempt(() => (document.createElement('div').innerHTML = '<b>x</b>')),
              attempt(() => (document.createElement('script').src = 'app://claviger/x.js')),
            ]),
          0,
        );
      }),
  );
  expect(results).toEqual(['EvalError', 'TypeError', 'TypeError']);
});

test('denies every permission', async ({ driver }) => {
  const answers = await driver.page.evaluate(async () => [
    await Notification.requestPermission(),
    (await navigator.permissions.query({ name: 'camera' })).state,
    (await navigator.permissions.query({ name: 'geolocation' })).state,
  ]);
  expect(answers).toEqual(['denied', 'denied', 'denied']);
});
