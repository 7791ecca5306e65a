import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { findModules, nssParameters } from '../../main/engine/pkcs11/known-modules.ts';
import type { Bulk, Custody } from '../../shared/keys.ts';
import { Claviger } from './cli.ts';
import { documentOf, type KeyDocument, type RecordDocument, recordOf } from './documents.ts';

export const tokenNames = ['SoftHSM2', 'NSS softokn'] as const;
export type TokenName = (typeof tokenNames)[number];

/** For tests in which tokens do not differ: the second one is used only in the long run. */
export const usualTokens: readonly TokenName[] =
  process.env['CLAVIGER_E2E_EVERY_TOKEN'] === '1' ? tokenNames : ['SoftHSM2'];

export const PIN = '271828';

/** A vault with its own token in its own temporary folder. */
export interface TestVault {
  readonly token: TokenName;
  /** The temporary folder that contains everything. */
  readonly home: string;
  /** The vault's folder. */
  readonly dir: string;
  /** Contains only the token's files. */
  readonly tokenDir: string;
  readonly cli: Claviger;
  readonly createKey: (name: string, custody: Custody, bulk: Bulk) => Promise<KeyDocument>;
  /** Whether the ledger verifies and the keystore matches it. */
  readonly expectSound: () => Promise<void>;
  /** The whole ledger, oldest first. */
  readonly records: () => RecordDocument[];
  /** Removes the temporary folder. */
  readonly remove: () => void;
}

export const makeHome = (): string => mkdtempSync(join(tmpdir(), 'claviger-e2e-'));

/** State of the command line is stored beside the vault, never in the home of the user who runs the tests. */
export const stateOf = (dir: string): string => join(dirname(dir), 'state');

/** The PIN and the vault's folder are passed in the environment, as in a script. */
export const clavigerOf = (dir: string): Claviger =>
  new Claviger({ CLAVIGER_VAULT: dir, CLAVIGER_PIN: PIN, CLAVIGER_STATE: stateOf(dir) });

export const modulePathOf = (product: string): string => {
  const path = findModules().find((module) => module.product === product)?.path;
  if (path === undefined) throw new Error(`these tests need ${product}`);
  return path;
};

/** An NSS database with a PIN, made by NSS's own tool. @returns arguments of `init` */
export const makeNssDatabase = (folder: string): string[] => {
  mkdirSync(folder, { recursive: true });
  const pinFile = join(folder, 'pin');
  writeFileSync(pinFile, `${PIN}\n`);
  execFileSync('certutil', ['-N', '-d', `sql:${folder}`, '-f', pinFile]);
  rmSync(pinFile);
  const parameters = nssParameters(folder);
  const module = modulePathOf('NSS softokn');
  return ['--module', module, '--module-parameters', parameters, '--token', 'NSS Certificate DB'];
};

export const makeVault = async (token: TokenName = 'SoftHSM2'): Promise<TestVault> => {
  const home = makeHome();
  const dir = join(home, 'vault');
  const cli = clavigerOf(dir);
  const nssDir = join(home, 'nss');
  const how = token === 'SoftHSM2' ? ['--evaluation'] : makeNssDatabase(nssDir);
  const made = await cli.run(['init', ...how]);
  if (made.code !== 0) throw new Error(`no vault could be made: ${made.stderr}`);
  const vault = { token, home, dir, cli };
  return {
    ...vault,
    tokenDir: token === 'SoftHSM2' ? join(dir, 'token') : nssDir,
    createKey: (name, custody, bulk) => createKey(cli, name, custody, bulk),
    expectSound: () => expectSound(cli),
    records: () => recordsOf(dir),
    remove: () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }),
  };
};

const createKey = async (
  cli: Claviger,
  name: string,
  custody: Custody,
  bulk: Bulk,
): Promise<KeyDocument> => {
  const args = ['key', 'create', name, '--custody', custody, '--bulk', bulk, '--json'];
  const result = await cli.run(args);
  expect(result, result.stderr).toMatchObject({ code: 0 });
  return documentOf('key', result).key;
};

/** Whether the ledger verifies and the keystore matches it. */
const expectSound = async (cli: Claviger): Promise<void> => {
  const result = await cli.run(['audit', 'verify', '--json']);
  expect(result, result.stderr).toMatchObject({ code: 0 });
  expect(documentOf('verdict', result)).toMatchObject({ verified: true, findings: [] });
};

/** Read from the file, because viewing with the command line is recorded, too. */
const recordsOf = (dir: string): RecordDocument[] =>
  readFileSync(join(dir, 'ledger.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map(recordOf);
