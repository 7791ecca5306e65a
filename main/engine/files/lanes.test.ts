import { expect, it } from 'vitest';
import { Lanes } from './lanes.ts';

it('lets nobody overtake who waits, so that there are never more than its width', async () => {
  const lanes = new Lanes(1);
  let running = 0;
  let most = 0;
  const order: string[] = [];
  const work = (name: string, until: Promise<void>) => async (): Promise<void> => {
    order.push(name);
    most = Math.max(most, (running += 1));
    await until;
    running -= 1;
  };
  let resolve = (): void => undefined;
  const end = new Promise<void>((done) => (resolve = done));
  const first = lanes.run(() => end);
  const waiting = lanes.run(work('waiting', Promise.resolve()));
  // Comes in the very moment in which the first one ends.
  const late = end.then(() => lanes.run(work('late', Promise.resolve())));
  resolve();
  await Promise.all([first, waiting, late]);
  expect(order).toEqual(['waiting', 'late']);
  expect(most).toBe(1);
});
