import { Failure } from '../../shared/failure.ts';
import { findModules, requireSoftHsm } from '../engine/index.ts';
import {
  fingerprintOfVault,
  type KnownVault,
  type Library,
  libraryAt,
  meet,
} from '../trust/index.ts';
import type { Vault } from '../vault/index.ts';
import type { Arguments, OptionSpecs } from './arguments.ts';
import { modulePathOf } from './module-path.ts';

/** What a user says of a vault that this computer does not know yet. */
export const trustOptions = {
  module: { type: 'string', value: 'PATH', help: 'PKCS#11 library that leads to its token' },
  'module-parameters': {
    type: 'string',
    value: 'TEXT',
    help: 'initialisation string of the library (NSS softokn)',
  },
  token: { type: 'string', value: 'LABEL', help: 'label of the token' },
  serial: { type: 'string', value: 'SERIAL', help: 'its serial number' },
  fingerprint: {
    type: 'string',
    value: 'HEX',
    help: 'refuse a vault whose key has another fingerprint',
  },
  'library-sha256': {
    type: 'string',
    value: 'HEX',
    help: 'refuse a library that has another SHA-256',
  },
} as const satisfies OptionSpecs;

export const saysWhatToTrust = (args: Arguments): boolean =>
  Object.keys(trustOptions).some((name) => args.text(name) !== undefined);

/** @throws Failure 'usage' | 'vault-other' | 'library-changed' | 'module-not-found' */
export const trustedBy = async (
  args: Arguments,
  vault: Vault,
  before: KnownVault | null,
): Promise<KnownVault> => {
  refuseOtherKey(hashOf(args, 'fingerprint'), fingerprintOfVault(vault));
  const inVault = before?.inVault ?? vault.tables.meta.token()?.inVault ?? false;
  const library = await libraryOf(args, before, inVault);
  refuseOtherLibrary(hashOf(args, 'library-sha256'), library);
  return {
    ...meet(vault, {
      ...library,
      parameters: args.text('module-parameters') ?? before?.parameters ?? null,
      token: tokenOf(args, vault, before),
      inVault,
    }),
    ...(before === null ? {} : { seen: before.seen, sessions: before.sessions }),
  };
};

/** Without --module a library that has changed stays the one that was trusted. */
const libraryOf = async (
  args: Arguments,
  before: KnownVault | null,
  inVault: boolean,
): Promise<Library> => {
  const named = modulePathOf(args);
  if (named === undefined && before !== null) {
    const { modulePath, librarySha256 } = before;
    return { modulePath, librarySha256 };
  }
  if (!inVault) return libraryAt(named ?? noModule());
  const here = await libraryAt(requireSoftHsm(findModules(), process.platform));
  const chosen = named === undefined ? here : await libraryAt(named);
  if (chosen.modulePath === here.modulePath) return chosen;
  throw new Failure('usage', 'The token of this vault lies in its folder: it needs SoftHSM2.', {
    unharmed: 'Nothing was changed.',
    next: `Leave --module out, or name ${here.modulePath}.`,
  });
};

const noModule = (): never => {
  throw new Failure('usage', 'Which PKCS#11 library? Give --module PATH.', {
    next: 'Run "claviger token list" to see the libraries that are there.',
  });
};

/** What the folder says of the token is taken for a name to look for, and shown. */
const tokenOf = (args: Arguments, vault: Vault, before: KnownVault | null): KnownVault['token'] => {
  const known = before?.token ?? vault.tables.meta.token();
  const label = args.text('token') ?? known?.label;
  const serial = args.text('serial') ?? (known?.label === label ? known?.serial : undefined);
  if (label !== undefined && serial !== undefined) return { label, serial };
  throw new Failure('usage', 'Which token? Give --token LABEL and --serial SERIAL.', {
    next: 'Run "claviger token list" to see the tokens that are there.',
  });
};

/** A fingerprint as people write it. @throws Failure 'usage' */
const hashOf = (args: Arguments, name: 'fingerprint' | 'library-sha256'): string | undefined => {
  const given = args.text(name);
  if (given === undefined) return undefined;
  const digits = given.replace(/[\s:]/g, '').toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digits)) return digits;
  throw new Failure('usage', `--${name} has 64 hexadecimal digits; ${digits.length} are given.`, {
    unharmed: 'Nothing was changed.',
  });
};

const refuseOtherKey = (wanted: string | undefined, found: string | null): void => {
  if (wanted === undefined || wanted === found) return;
  throw new Failure('vault-other', 'The key of this vault has another fingerprint.', {
    unharmed: 'Nothing was loaded and nothing was changed.',
    next: 'Open the folder of the vault that you mean, or ask where this one comes from.',
    detail: `wanted ${wanted}, found ${found ?? 'none'}`,
  });
};

const refuseOtherLibrary = (
  wanted: string | undefined,
  { modulePath, librarySha256 }: Library,
): void => {
  if (wanted === undefined || wanted === librarySha256) return;
  throw new Failure('library-changed', 'The PKCS#11 library has another SHA-256.', {
    unharmed: 'It was not loaded and nothing was changed.',
    next: 'Name the library that you mean, or ask where this one comes from.',
    detail: `${modulePath}: wanted ${wanted}, found ${librarySha256}`,
  });
};
