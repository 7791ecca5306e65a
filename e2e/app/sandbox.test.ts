import { execFileSync } from 'node:child_process';
import { chmod, chown, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { dumpRulesOf } from '../support/core-dumps.ts';
import { WorkPage } from './pages/work-page.ts';
import { appCommand, Driver } from './support/driver.ts';
import { makeFiles } from './support/files.ts';
import { filesBelow, makeKey, makeVault, test } from './support/test.ts';

// Chromium has no sandbox for root: as root the app is started as the user nobody here.
const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'];

const works = (command: readonly string[]): boolean => {
  const [program = '', ...args] = isRoot ? [...AS_NOBODY, ...command] : command;
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Why there is no sandbox here; null if there is. */
const obstacle = (): string | null => {
  if (process.platform !== 'linux') return 'only Linux tells in /proc whether it is there';
  if (!works(['test', '-x', appCommand('').executable]))
    return 'the user nobody may not read this checkout';
  if (!works(['unshare', '--user', 'true']))
    return 'this system forbids user namespaces to other users than root';
  return null;
};

/** A program that starts the app as user nobody, with the given arguments. */
const makeStarter = async (home: string): Promise<string> => {
  const starter = path.join(home, 'start.sh');
  const command = [...AS_NOBODY, `'${appCommand(home).executable}'`].join(' ');
  await writeFile(starter, `#!/bin/sh\nexec ${command} "$@"\n`);
  await chmod(starter, 0o755);
  return starter;
};

const giveAway = async (folder: string): Promise<void> => {
  await chown(folder, NOBODY, NOBODY);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const inside = path.join(folder, entry.name);
    if (entry.isDirectory()) await giveAway(inside);
    else await chown(inside, NOBODY, NOBODY);
  }
};

test('works with its window in a sandbox', async ({ home, skip }) => {
  const reason = obstacle();
  skip(reason !== null, reason ?? '');
  const folder = await makeFiles(home);
  const starter = isRoot ? await makeStarter(home) : appCommand(home).executable;
  if (isRoot) await giveAway(home);
  const app = await Driver.start({ home, starter });
  try {
    const statusOf = (pid: number): Promise<string> => readFile(`/proc/${pid}/status`, 'utf8');
    const renderer = await app.app.evaluate(
      ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() ?? 0,
    );
    const status = await statusOf(renderer);
    // 2 is a filter (proc(5)); NoNewPrivs keeps a set-uid program from lifting it.
    expect(status).toMatch(/^Seccomp:\t2$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(status).toMatch(/^CapEff:\t0+$/m);
    // The helpers that fork the page have their own user namespace; so does the page.
    expect(dumpRulesOf(renderer).limit).toBe('0 0');
    expect(await app.app.evaluate(() => process.argv.includes('--no-sandbox'))).toBe(false);

    await makeVault(app);
    await makeKey(app, 'Contracts 2026', 'balanced');
    await app.page.reload();
    const work = new WorkPage(app.page);
    await work.open();
    await work.drop([folder]);
    await work.start('Encrypt');
    await work.allDone('Encrypt', 3);
    expect(await filesBelow(folder)).toContain('Møller/b ü.bin.clv');
  } finally {
    await app.stop();
  }
});
