import { beforeEach, expect, it } from 'vitest';
import { PinGate } from './pin-gate.ts';

let gate: PinGate;
let asked: number;

beforeEach(() => {
  asked = 0;
  gate = new PinGate(() => {
    asked++;
  });
});

const missing: unknown = expect.objectContaining({ code: 'pin-missing' });

it('gives an offered PIN once and keeps none', async () => {
  gate.offer('1234');
  expect(await gate.take()).toBe('1234');
  expect(asked).toBe(0);
  const second = gate.take();
  expect(asked).toBe(1);
  expect(gate.isAwaited).toBe(true);
  gate.offer('5678');
  expect(await second).toBe('5678');
  expect(gate.isAwaited).toBe(false);
});

it('forgets a PIN that was not used', async () => {
  gate.offer('1234');
  gate.withdraw();
  const taken = gate.take();
  expect(asked).toBe(1);
  gate.offer(null);
  await expect(taken).rejects.toEqual(missing);
});

it('ends every wait once it is closed, until the next offer', async () => {
  const waiting = gate.take();
  gate.close();
  await expect(waiting).rejects.toEqual(missing);
  await expect(gate.take()).rejects.toEqual(missing);
  gate.offer('1234');
  expect(await gate.take()).toBe('1234');
});
