import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEvaluationToken } from '../evaluation.ts';
import { findModules, nssParameters } from '../known-modules.ts';
import type { TokenTarget } from '../target.ts';
import { type KeyLimits, noLimits } from '../templates.ts';

/*
 * Real tokens for tests. A process can initialise a library once and with one configuration, so
 * a test file gets one folder per library; vitest gives each file a process of its own (pool
 * "forks" and isolation, both its defaults).
 */

export interface TestToken {
  readonly target: TokenTarget;
  readonly pin: string;
  /** The temporary folder that holds the token. */
  readonly folder: string;
  /** Removes the folder; call it after the last use. */
  readonly remove: () => void;
}

export interface TestTokenKind {
  readonly name: 'SoftHSM2' | 'NSS softokn';
  readonly make: () => TestToken;
  /** What it enforces, as its probe says too. */
  readonly limits: KeyLimits;
}

const PIN = '271828';

const inFreshFolder = (make: (folder: string) => TokenTarget): TestToken => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-token-'));
  return {
    target: make(folder),
    pin: PIN,
    folder,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};

export const makeSoftHsmToken = (): TestToken =>
  inFreshFolder((folder) => createEvaluationToken(folder, PIN));

const nssTarget = (folder: string): TokenTarget => {
  const modulePath = findModules().find((module) => module.product === 'NSS softokn')?.path;
  if (modulePath === undefined) throw new Error('these tests need libsoftokn3 (libnss3)');
  const pinFile = join(folder, 'pin');
  writeFileSync(pinFile, `${PIN}\n`);
  execFileSync('certutil', ['-N', '-d', `sql:${folder}`, '-f', pinFile]);
  rmSync(pinFile);
  return {
    modulePath,
    parameters: nssParameters(folder),
    environment: {},
    librarySha256: null,
    label: 'NSS Certificate DB',
    serial: null,
    orTwin: false,
  };
};

export const makeNssToken = (): TestToken => inFreshFolder(nssTarget);

/** For describe.each: every behaviour is shown on both tokens. */
export const testTokens: readonly TestTokenKind[] = [
  { name: 'SoftHSM2', make: makeSoftHsmToken, limits: { copy: true, mechanisms: true } },
  { name: 'NSS softokn', make: makeNssToken, limits: noLimits },
];
