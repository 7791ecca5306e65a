import { existsSync } from 'node:fs';
import { noSoftHsm } from '../../../shared/messages/failures/evaluation.ts';

export type Platform = 'linux' | 'darwin' | 'win32';

export interface KnownModule {
  readonly product: string;
  readonly path: string;
  /** NSS softokn alone wants a string at initialisation: see nssParameters. */
  readonly needsParameters: boolean;
}

/** Library folders of the usual Linux distributions (Debian multiarch, Fedora, SUSE, Alpine). */
const linuxFolders = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/usr/local/lib',
];

const inLinuxFolders = (...names: string[]): string[] =>
  names.flatMap((name) => linuxFolders.map((folder) => `${folder}/${name}`));

const programFiles = 'C:\\Program Files';

type Places = Readonly<Record<Platform, readonly string[]>>;

/** Where vendors and distributions put their libraries, the usual place first. */
const places: Readonly<Record<string, Places>> = {
  SoftHSM2: {
    linux: [
      '/usr/lib/softhsm/libsofthsm2.so',
      ...inLinuxFolders('softhsm/libsofthsm2.so', 'pkcs11/libsofthsm2.so', 'libsofthsm2.so'),
    ],
    darwin: ['/opt/homebrew/lib/softhsm/libsofthsm2.so', '/usr/local/lib/softhsm/libsofthsm2.so'],
    win32: [
      'C:\\SoftHSM2\\lib\\softhsm2-x64.dll',
      `${programFiles}\\SoftHSM2\\lib\\softhsm2-x64.dll`,
    ],
  },
  'Thales Luna': {
    linux: ['/usr/safenet/lunaclient/lib/libCryptoki2_64.so'],
    darwin: [],
    win32: [`${programFiles}\\SafeNet\\LunaClient\\cryptoki.dll`],
  },
  'Utimaco SecurityServer': {
    linux: [
      '/opt/utimaco/lib/libcs_pkcs11_R3.so',
      '/opt/utimaco/lib/libcs_pkcs11_R2.so',
      ...inLinuxFolders('libcs_pkcs11_R3.so', 'libcs_pkcs11_R2.so'),
      '/lib/libcs_pkcs11_R3.so',
    ],
    darwin: [],
    win32: [
      `${programFiles}\\Utimaco\\SecurityServer\\Lib\\cs_pkcs11_R3.dll`,
      `${programFiles}\\Utimaco\\CryptoServer\\Lib\\cs_pkcs11_R3.dll`,
    ],
  },
  'Entrust nShield': {
    linux: ['/opt/nfast/toolkits/pkcs11/libcknfast.so'],
    darwin: [],
    win32: [
      'C:\\Program Files\\nCipher\\nfast\\toolkits\\pkcs11\\cknfast.dll',
      'C:\\Program Files (x86)\\nCipher\\nfast\\toolkits\\pkcs11\\cknfast-64.dll',
    ],
  },
  'Eviden Proteccio': {
    linux: ['/usr/lib/libnethsm.so', '/usr/lib64/libnethsm.so', '/lib/libnethsm.so'],
    darwin: [],
    win32: ['C:\\Windows\\System32\\nethsm.dll'],
  },
  'AWS CloudHSM': {
    linux: ['/opt/cloudhsm/lib/libcloudhsm_pkcs11.so'],
    darwin: [],
    win32: [`${programFiles}\\Amazon\\CloudHSM\\lib\\cloudhsm_pkcs11.dll`],
  },
  'YubiHSM 2': {
    linux: inLinuxFolders('pkcs11/yubihsm_pkcs11.so', 'yubihsm_pkcs11.so'),
    darwin: [
      '/usr/local/lib/pkcs11/yubihsm_pkcs11.dylib',
      '/opt/homebrew/lib/pkcs11/yubihsm_pkcs11.dylib',
    ],
    win32: [`${programFiles}\\Yubico\\YubiHSM Shell\\bin\\pkcs11\\yubihsm_pkcs11.dll`],
  },
  'Nitrokey NetHSM': {
    linux: inLinuxFolders('libnethsm_pkcs11.so', 'pkcs11/libnethsm_pkcs11.so'),
    darwin: ['/usr/local/lib/libnethsm_pkcs11.dylib'],
    win32: [`${programFiles}\\Nitrokey\\nethsm_pkcs11.dll`],
  },
  openCryptoki: {
    linux: inLinuxFolders('opencryptoki/libopencryptoki.so', 'pkcs11/libopencryptoki.so'),
    darwin: [],
    win32: [],
  },
  'TPM 2.0': {
    linux: inLinuxFolders('libtpm2_pkcs11.so.1', 'pkcs11/libtpm2_pkcs11.so'),
    darwin: [],
    win32: [],
  },
  OpenSC: {
    linux: inLinuxFolders('opensc-pkcs11.so', 'pkcs11/opensc-pkcs11.so'),
    darwin: ['/Library/OpenSC/lib/opensc-pkcs11.so', '/opt/homebrew/lib/opensc-pkcs11.so'],
    win32: [`${programFiles}\\OpenSC Project\\OpenSC\\pkcs11\\opensc-pkcs11.dll`],
  },
  'NSS softokn': {
    linux: inLinuxFolders('libsoftokn3.so', 'nss/libsoftokn3.so'),
    darwin: ['/opt/homebrew/lib/libsoftokn3.dylib', '/usr/local/opt/nss/lib/libsoftokn3.dylib'],
    win32: [],
  },
};

/** All places that are searched on a platform, in order. */
export const knownModules = (platform: Platform): KnownModule[] =>
  Object.entries(places).flatMap(([product, byPlatform]) =>
    byPlatform[platform].map((path) => ({
      product,
      path,
      needsParameters: product === 'NSS softokn',
    })),
  );

const platformHere = (): Platform =>
  process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux';

/** The known libraries that are installed here; each product once, at its usual place. */
export const findModules = (
  platform: Platform = platformHere(),
  exists: (path: string) => boolean = existsSync,
): KnownModule[] => {
  const present = knownModules(platform).filter((module) => exists(module.path));
  return present.filter(
    (module, i) => present.findIndex((other) => other.product === module.product) === i,
  );
};

const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;

/** What NSS softokn wants at C_Initialize to open the key database in `folder`. */
export const nssParameters = (folder: string): string =>
  `configdir=${quoted(`sql:${folder}`)} certPrefix='' keyPrefix='' secmod='' flags=`;

/** The folder of the key database in a string for NSS softokn; null where it names none. */
export const nssDatabaseOf = (parameters: string): string | null => {
  const value = /(?:^|\s)configdir=\s*(?:'([^']*)|"([^"]*)|(\S*))/i.exec(parameters);
  const folder = value?.[1] ?? value?.[2] ?? value?.[3];
  return folder === undefined ? null : folder.replace(/^(?:sql|dbm|extern|multiaccess|rdb):/, '');
};

/**
 * The path of SoftHSM2 among the libraries found.
 * @throws Failure 'module-not-found' with the command that installs it
 */
export const requireSoftHsm = (found: readonly KnownModule[], platform: string): string => {
  const module = found.find((candidate) => candidate.product === 'SoftHSM2');
  if (module !== undefined) return module.path;
  throw noSoftHsm(platform);
};
