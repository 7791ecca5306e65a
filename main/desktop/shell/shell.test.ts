import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type LockTriggers, watchComputer, watchInput } from './lock-triggers.ts';
import { openedFiles } from './opened-files.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('locking with the computer', () => {
  const start = (platform: NodeJS.Platform, wanted = true) => {
    const powerMonitor = Object.assign(new EventEmitter(), {
      getSystemIdleState: vi.fn(() => 'active'),
    });
    const lock = vi.fn();
    const triggers = { powerMonitor, platform, wanted: () => wanted, lock };
    const stop = watchComputer(triggers as unknown as LockTriggers);
    return { powerMonitor, lock, stop };
  };

  it('notices the lock of a Linux desktop, which sends no event', () => {
    const { powerMonitor, lock, stop } = start('linux');
    vi.advanceTimersByTime(10_000);
    expect(lock).not.toHaveBeenCalled();
    powerMonitor.getSystemIdleState.mockReturnValue('locked');
    vi.advanceTimersByTime(3_000);
    expect(lock).toHaveBeenCalledWith('system-lock');
    stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['lock-screen', 'system-lock'],
    ['suspend', 'suspend'],
  ])('on %s locks for %s', (event, reason) => {
    const { powerMonitor, lock } = start('darwin');
    powerMonitor.emit(event);
    expect(lock).toHaveBeenCalledWith(reason);
  });

  it('stays open if that was chosen', () => {
    const { powerMonitor, lock } = start('darwin', false);
    powerMonitor.emit('lock-screen');
    expect(lock).not.toHaveBeenCalled();
  });
});

it('counts only what a person does as activity', () => {
  const contents = new EventEmitter();
  const touched = vi.fn();
  watchInput(contents as unknown as Parameters<typeof watchInput>[0], touched);
  for (const type of ['mouseMove', 'rawKeyDown', 'mouseWheel'])
    contents.emit('input-event', {}, { type });
  expect(touched).toHaveBeenCalledTimes(3);
  contents.emit('input-event', {}, { type: 'mouseLeave' });
  expect(touched).toHaveBeenCalledTimes(3);
});

it('opens the files of a command line, not its switches and not the app', () => {
  const args = ['electron', '--no-sandbox', '/app', 'a.clv', '/b/c.clv', '--inspect=0', '', 'gone'];
  const exists = (file: string): boolean => !file.endsWith('gone');
  expect(openedFiles(args, '/desk', '/app', exists)).toEqual(['/desk/a.clv', '/b/c.clv']);
});
