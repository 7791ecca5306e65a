import { beforeEach, expect, it } from 'vitest';
import { AutoLock } from './auto-lock.ts';

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 10, 20, 12);

let steady = 0;
let wall = NOON;
let minutes = 10;
let lock: AutoLock;

/** Time passes, by every clock. */
const pass = (ms: number): void => {
  steady += ms;
  wall += ms;
};

beforeEach(() => {
  steady = 5_000;
  wall = NOON;
  minutes = 10;
  lock = new AutoLock(() => minutes, { steady: () => steady, wall: () => wall });
});

it('is due after the set minutes of inactivity, also if the setting changes meanwhile', () => {
  expect(lock.locksAt).toBe('2026-11-20T12:10:00.000Z');
  pass(10 * MINUTE - 1);
  expect(lock.isDue).toBe(false);
  pass(1);
  expect(lock.isDue).toBe(true);
  lock.restart();
  expect(lock.isDue).toBe(false);
  pass(5 * MINUTE);
  minutes = 5;
  expect(lock.isDue).toBe(true);
});

it('restarts with every input', () => {
  pass(9 * MINUTE);
  lock.touch();
  expect(lock.locksAt).toBe('2026-11-20T12:19:00.000Z');
  pass(9 * MINUTE);
  expect(lock.isDue).toBe(false);
});

it('is due when a computer wakes up after a longer sleep, despite the input that woke it', () => {
  pass(8 * 60 * MINUTE);
  lock.touch();
  expect(lock.isDue).toBe(true);
});

it.each([-365 * 24 * 60 * MINUTE, -MINUTE, MINUTE, 365 * 24 * 60 * MINUTE])(
  'is neither late nor early where the clock is moved by %d ms',
  (moved) => {
    pass(4 * MINUTE);
    wall += moved;
    expect(lock.isDue).toBe(false);
    // Six minutes are left, by the clock as it is now.
    expect(Date.parse(lock.locksAt)).toBe(wall + 6 * MINUTE);
    pass(6 * MINUTE - 1);
    expect(lock.isDue).toBe(false);
    pass(1);
    expect(lock.isDue).toBe(true);
  },
);
