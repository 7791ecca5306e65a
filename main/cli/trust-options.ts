import {
  libraryNotGiven,
  needsSoftHsm,
  notAHash,
  otherFingerprint,
  otherLibrary,
  tokenToTrustNotGiven,
} from '../../shared/messages/failures/cli.ts';
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

/** What a user says about a vault that this computer does not know yet. */
export const trustOptions = {
  module: { type: 'string', value: 'PATH', help: 'PKCS#11 library of its token' },
  'module-parameters': {
    type: 'string',
    value: 'TEXT',
    help: 'initialisation string of the library (NSS softokn)',
  },
  token: { type: 'string', value: 'LABEL', help: 'label of the token' },
  serial: { type: 'string', value: 'SERIAL', help: 'serial number of the token' },
  fingerprint: {
    type: 'string',
    value: 'HEX',
    help: 'refuse the vault if its key has another fingerprint',
  },
  'library-sha256': {
    type: 'string',
    value: 'HEX',
    help: 'refuse the library if it has another SHA-256',
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

/** Without --module the trusted library stays the same, even if the file has changed. */
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
  throw needsSoftHsm(here.modulePath);
};

const noModule = (): never => {
  throw libraryNotGiven();
};

/** The folder only suggests which token to look for; the result is shown. */
const tokenOf = (args: Arguments, vault: Vault, before: KnownVault | null): KnownVault['token'] => {
  const known = before?.token ?? vault.tables.meta.token();
  const label = args.text('token') ?? known?.label;
  const serial = args.text('serial') ?? (known?.label === label ? known?.serial : undefined);
  if (label !== undefined && serial !== undefined) return { label, serial };
  throw tokenToTrustNotGiven();
};

/** A fingerprint, also with spaces, colons or capitals. @throws Failure 'usage' */
const hashOf = (args: Arguments, name: 'fingerprint' | 'library-sha256'): string | undefined => {
  const given = args.text(name);
  if (given === undefined) return undefined;
  const digits = given.replace(/[\s:]/g, '').toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digits)) return digits;
  throw notAHash(name, digits.length);
};

const refuseOtherKey = (wanted: string | undefined, found: string | null): void => {
  if (wanted === undefined || wanted === found) return;
  throw otherFingerprint(wanted, found);
};

const refuseOtherLibrary = (
  wanted: string | undefined,
  { modulePath, librarySha256 }: Library,
): void => {
  if (wanted === undefined || wanted === librarySha256) return;
  throw otherLibrary(modulePath, wanted, librarySha256);
};
