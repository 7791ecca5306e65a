import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { CliResult, RunningCli } from './cli.ts';
import { isAlive, killNow, until } from './processes.ts';
import type { Seeded } from './seeded.ts';
import { filesIn } from './trees.ts';
import type { TestVault } from './vaults.ts';

const ledgerOf = (vault: TestVault): string => join(vault.dir, 'ledger.jsonl');

/** Whether a batch has started, or was resumed, since the ledger had this length. */
const hasBegun = (vault: TestVault, length: number): boolean =>
  /"action":"batch\.(start|resume)"/.test(
    readFileSync(ledgerOf(vault)).subarray(length).toString('utf8'),
  );

/**
 * Kills a batch with SIGKILL at a random point: some milliseconds after its first record,
 * or after some outputs, whichever the seed has chosen.
 */
export const killSomewhere = async (
  vault: TestVault,
  running: RunningCli,
  out: string,
  random: Seeded,
  shape: { readonly files: number; readonly milliseconds: number },
): Promise<CliResult> => {
  const before = statSync(ledgerOf(vault)).size;
  await until(() => hasBegun(vault, before) || !isAlive(running.pid));
  if (random.below(2) === 0) await pause(random.below(shape.milliseconds));
  else {
    const files = random.below(shape.files);
    await until(() => filesIn(out).length >= files || !isAlive(running.pid), 1);
  }
  killNow(running.pid);
  return running.result;
};

/** Runs a command and kills it after a random time. @returns null if it had already ended */
export const killAfter = async (running: RunningCli, milliseconds: number): Promise<CliResult> => {
  await Promise.race([pause(milliseconds), running.result]);
  killNow(running.pid);
  return running.result;
};
