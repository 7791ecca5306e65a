/**
 * A process of its own that fights for a vault's lock. Argument 1 is the folder, argument 2 how
 * often to take and release it; then it takes the lock once more, says so and holds it until it
 * is killed or its input ends. With "once" in place of a number it tries once, and says what it
 * was told where it is refused.
 */
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { VaultLock } from '../folder/lock.ts';

const [, , folder = '', rounds = '0'] = process.argv;
const inside = join(folder, 'inside');

const take = async (): Promise<VaultLock> => {
  for (;;) {
    const lock = await VaultLock.acquire(folder).catch(() => null);
    if (lock !== null) return lock;
    await setTimeout(1);
  }
};

const enter = async (): Promise<void> => {
  // Fails, and with it the process, where another one is inside at the same time.
  await writeFile(inside, String(process.pid), { flag: 'wx' });
  await setTimeout(0);
  await rm(inside);
  await appendFile(join(folder, 'log'), `${process.pid}\n`);
};

if (rounds === 'once') {
  const said = await VaultLock.acquire(folder).then(
    () => 'held',
    (error: unknown) => String(error),
  );
  process.stdout.write(`${said}\n`);
  process.stdin.resume();
} else {
  for (let round = 0; round < Number(rounds); round += 1) {
    const lock = await take();
    await enter();
    await lock.release();
  }
  await take();
  await enter();
  process.stdout.write('held\n');
  process.stdin.resume();
}
