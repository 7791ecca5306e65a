import { expect, it } from 'vitest';
import { AutoLock } from './auto-lock.ts';

const MINUTE = 60_000;

it('is due after the set minutes without input, also where the setting changes meanwhile', () => {
  let now = Date.UTC(2026, 10, 20, 12);
  let minutes = 10;
  const lock = new AutoLock(
    () => minutes,
    () => now,
  );
  expect(lock.locksAt).toBe('2026-11-20T12:10:00.000Z');
  now += 10 * MINUTE - 1;
  expect(lock.isDue).toBe(false);
  now += 1;
  expect(lock.isDue).toBe(true);
  lock.touch();
  expect(lock.isDue).toBe(false);
  now += 5 * MINUTE;
  minutes = 5;
  expect(lock.isDue).toBe(true);
});

it('is due when a computer wakes up that slept longer', () => {
  let now = 0;
  const lock = new AutoLock(
    () => 10,
    () => now,
  );
  now += 8 * 60 * MINUTE;
  expect(lock.isDue).toBe(true);
});
