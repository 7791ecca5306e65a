import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import { applyRules, rules } from './index.ts';
import type { RuleContents, RuleTargets } from './rule.ts';
import { windowPreferences } from './window-preferences.ts';

type Handler = (...args: unknown[]) => unknown;

/** Electron's part, as far as the rules use it: keeps what they set. */
class FakeContents extends EventEmitter {
  open: Handler = () => ({ action: 'allow' });
  setWindowOpenHandler(handler: Handler): void {
    this.open = handler;
  }
}

class FakeSession extends EventEmitter {
  request: Handler = () => undefined;
  check: Handler = () => true;
  device: Handler = () => true;
  before: Handler = () => undefined;
  spelling = true;
  readonly webRequest = { onBeforeRequest: (handler: Handler) => void (this.before = handler) };
  setPermissionRequestHandler(handler: Handler): void {
    this.request = handler;
  }
  setPermissionCheckHandler(handler: Handler): void {
    this.check = handler;
  }
  setDevicePermissionHandler(handler: Handler): void {
    this.device = handler;
  }
  setSpellCheckerEnabled(on: boolean): void {
    this.spelling = on;
  }
}

const applied = () => {
  const session = new FakeSession();
  const contents = new FakeContents();
  applyRules({
    session: session as unknown as RuleTargets['session'],
    onContents: (lay) => lay(contents as unknown as RuleContents),
  });
  return { session, contents };
};

it('refuses every permission', () => {
  const { session } = applied();
  const answer = vi.fn();
  for (const permission of ['media', 'notifications', 'clipboard-read', 'fileSystem', 'hid'])
    session.request(null, permission, answer);
  expect(answer.mock.calls).toEqual(Array(5).fill([false]));
  expect(session.check(null, 'media')).toBe(false);
  expect(session.device({ deviceType: 'usb' })).toBe(false);
});

it.each([
  ['app://claviger/index.html', false],
  ['app://claviger.example.org/', true],
  ['https://example.org/', true],
  ['http://127.0.0.1:9222/json', true],
  ['ws://127.0.0.1/', true],
  ['file:///etc/passwd', true],
  ['data:text/html,1', true],
])('on a request for %s: cancelled %s', (url, cancel) => {
  const answer = vi.fn();
  applied().session.before({ url }, answer);
  expect(answer).toHaveBeenCalledWith({ cancel });
});

it.each(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])(
  'prevents %s',
  (event) => {
    const preventDefault = vi.fn();
    applied().contents.emit(event, { preventDefault });
    expect(preventDefault).toHaveBeenCalledOnce();
  },
);

it('prevents downloads and further windows', () => {
  const { session, contents } = applied();
  const preventDefault = vi.fn();
  session.emit('will-download', { preventDefault });
  expect(preventDefault).toHaveBeenCalledOnce();
  expect(contents.open({ url: 'https://example.org/' })).toEqual({ action: 'deny' });
});

it('covers every point of the checklist that rules can cover', () => {
  const points = new Set(rules.flatMap((rule) => rule.points));
  expect([...points].sort((a, b) => a - b)).toEqual([1, 5, 11, 12, 13, 14, 15, 18]);
  expect(windowPreferences).toMatchObject({
    nodeIntegration: false,
    contextIsolation: true,
    sandbox: true,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
  });
  // Kept in memory: a name that starts with "persist:" would leave a cache on the disk.
  expect(windowPreferences.partition).not.toMatch(/^persist:/);
});
