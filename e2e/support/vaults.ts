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

/** For what no token does differently: the second one only in the long run. */
export const usualTokens: readonly TokenName[] =
  process.env['CLAVIGER_E2E_EVERY_TOKEN'] === '1' ? tokenNames : ['SoftHSM2'];

export const PIN = '271828';

/** A vault with its own token in a temporary folder of its own. */
export interface TestVault {
  readonly token: TokenName;
  /** The temporary folder that holds everything. */
  readonly home: string;
  /** The vault's folder. */
  readonly dir: string;
  /** Holds the token's files; nothing else is in there. */
  readonly tokenDir: string;
  readonly cli: Claviger;
  readonly createKey: (name: string, custody: Custody, bulk: Bulk) => Promise<KeyDocument>;
  /** The ledger verifies and the keystore belongs to it. */
  readonly expectSound: () => Promise<void>;
  /** The whole ledger, oldest first. */
  readonly records: () => RecordDocument[];
  /** Removes the temporary folder. */
  readonly remove: () => void;
}

export const makeHome = (): string => mkdtempSync(join(tmpdir(), 'claviger-e2e-'));

/** What the command line remembers lies beside the vault, never in the home of who runs the tests. */
export const stateOf = (dir: string): string => join(dirname(dir), 'state');

/** The PIN and the vault's folder travel in the environment, as in a script. */
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

/** The ledger verifies and the keystore belongs to it. */
const expectSound = async (cli: Claviger): Promise<void> => {
  const result = await cli.run(['audit', 'verify', '--json']);
  expect(result, result.stderr).toMatchObject({ code: 0 });
  expect(documentOf('verdict', result)).toMatchObject({ verified: true, findings: [] });
};

/** Read from the file, because looking with the command line is recorded, too. */
const recordsOf = (dir: string): RecordDocument[] =>
  readFileSync(join(dir, 'ledger.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map(recordOf);
