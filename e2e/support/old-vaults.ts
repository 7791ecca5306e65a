import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { nssParameters } from '../../main/engine/pkcs11/known-modules.ts';
import type { CliResult } from './cli.ts';
import { type RecordDocument, recordOf } from './documents.ts';
import { clavigerOf, makeHome, modulePathOf } from './vaults.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/old-vaults', import.meta.url));
/** Where the plan of an interrupted batch looks for its files. */
const PLACE = '/tmp/claviger-old-vaults';

export const oldVaults = [
  'softhsm2-locked',
  'softhsm2-accepted',
  'softhsm2-killed',
  'nss-locked',
  'nss-killed',
] as const;
export type OldVaultName = (typeof oldVaults)[number];

/** A vault of an earlier build that was moved here with its token: e2e/fixtures/old-vaults. */
export interface OldVault {
  readonly home: string;
  readonly dir: string;
  readonly run: (...args: readonly string[]) => Promise<CliResult>;
  /** Fails if the command fails. */
  readonly done: (...args: readonly string[]) => Promise<CliResult>;
  readonly records: () => RecordDocument[];
  /** Names the library of its token, as a user does who opens the vault for the first time. */
  readonly trust: () => Promise<void>;
  readonly remove: () => void;
}

export const unpack = (name: OldVaultName): OldVault => {
  const home = makeHome();
  untar(name, home);
  const dir = join(home, 'vault');
  const cli = clavigerOf(dir);
  const env = { SOFTHSM2_CONF: configure(home) };
  const run = (...args: readonly string[]): Promise<CliResult> => cli.run(args, { env });
  const done = async (...args: readonly string[]): Promise<CliResult> => {
    const result = await run(...args);
    expect(result, `${args.join(' ')}: ${result.stderr}`).toMatchObject({ code: 0 });
    return result;
  };
  return {
    ...{ home, dir, run, done },
    records: () =>
      readFileSync(join(dir, 'ledger.jsonl'), 'utf8').trimEnd().split('\n').map(recordOf),
    trust: async () => {
      const way = wayTo(name, home);
      if (way !== null) await done('trust', ...way);
    },
    remove: () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }),
  };
};

const untar = (name: OldVaultName, to: string, ...members: readonly string[]): void =>
  void execFileSync('tar', ['-xzf', join(FIXTURES, `${name}.tar.gz`), '-C', to, ...members]);

const configure = (home: string): string => {
  const conf = join(home, 'softhsm2.conf');
  writeFileSync(conf, `directories.tokendir = ${join(home, 'tokens')}\nlog.level = ERROR\n`);
  return conf;
};

/** Null if the token is in the folder of its vault. */
const wayTo = (name: OldVaultName, home: string): string[] | null => {
  if (name === 'softhsm2-locked') return null;
  if (!name.startsWith('nss')) return ['--module', modulePathOf('SoftHSM2')];
  const parameters = nssParameters(join(home, 'nss'));
  return ['--module', modulePathOf('NSS softokn'), '--module-parameters', parameters];
};

export interface Interrupted {
  readonly plain: string;
  readonly out: string;
  readonly remove: () => void;
}

/** The files of a killed batch, where they were. */
export const placeBatch = (name: OldVaultName): Interrupted => {
  const place = join(PLACE, name);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const [plain, out] = [join(place, 'many'), join(place, 'out')];
  // A file that was being published has two names; tar keeps them as one file.
  untar(name, place, './many', './out');
  return { plain, out, remove: () => rmSync(place, { recursive: true, force: true }) };
};
