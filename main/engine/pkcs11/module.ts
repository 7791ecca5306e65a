import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { Failure } from '../../../shared/failure.ts';
import {
  libraryDoesNotStart,
  type LoadFault,
  noLibrary,
  notFullPath,
  unloadableLibrary,
} from '../../../shared/messages/failures/pkcs11.ts';
import { ckrOf } from './ckr.ts';
import { nssDatabaseOf } from './known-modules.ts';
import { refuseChangedLibrary } from './library-hash.ts';
import { CKF, loadNative, type Native } from './native.ts';
import { Session } from './session.ts';
import { readTokenInfo, withoutPadding, type TokenInfo } from './token-info.ts';

export interface ModuleInfo {
  readonly path: string;
  readonly description: string;
  readonly manufacturer: string;
  /** Version of the library, "2.6". */
  readonly version: string;
  /** Version of PKCS#11 it speaks, "2.40". */
  readonly cryptoki: string;
}

/** CK_INFO.cryptokiVersion: the minor number is in hundredths (PKCS#11 v2.40 §3.1). */
const cryptokiVersion = (version: { major: number; minor: number }): string =>
  `${version.major}.${String(version.minor).padStart(2, '0')}`;

/** A loaded and initialised PKCS#11 library. Each thread loads its own; they share one login. */
export class Pkcs11Module {
  readonly path: string;
  /** false where somebody in this process had initialised the library before. */
  readonly first: boolean;
  readonly #native: Native;

  private constructor(path: string, native: Native, first: boolean) {
    this.path = path;
    this.#native = native;
    this.first = first;
  }

  /**
   * Loads the library and initialises it for use by several threads. `parameters` is the string
   * that NSS softokn wants; null for every other library. With a hash, no other library is loaded.
   * @throws Failure 'module-not-found' | 'module-unusable' | 'library-changed'
   */
  static load(path: string, parameters: string | null, sha256: string | null): Pkcs11Module {
    requireFullPaths(path, parameters);
    const native = loadLibrary(path, sha256);
    return new Pkcs11Module(path, native, initialise(native, path, parameters));
  }

  /** For tests that inject faults between us and a library that is loaded already. */
  static over(path: string, native: Native): Pkcs11Module {
    return new Pkcs11Module(path, native, false);
  }

  get native(): Native {
    return this.#native;
  }

  info(): ModuleInfo {
    const info = this.#native.C_GetInfo();
    return {
      path: this.path,
      description: withoutPadding(info.libraryDescription),
      manufacturer: withoutPadding(info.manufacturerID),
      version: `${info.libraryVersion.major}.${info.libraryVersion.minor}`,
      cryptoki: cryptokiVersion(info.cryptokiVersion),
    };
  }

  /** Every token that is present, initialised or not. A slot that does not answer is left out. */
  tokens(): TokenInfo[] {
    return this.#native.C_GetSlotList(true).flatMap((slot) => {
      try {
        return [readTokenInfo(this.#native, slot)];
      } catch (error) {
        if (ckrOf(error) === null) throw error;
        return [];
      }
    });
  }

  tokenInfo(slotId: string): TokenInfo {
    return readTokenInfo(this.#native, Buffer.from(slotId, 'hex'));
  }

  /** A read-write session; its caller must close it. */
  openSession(slotId: string): { session: Session; handle: Buffer } {
    const flags = CKF.SERIAL_SESSION | CKF.RW_SESSION;
    const handle = this.#native.C_OpenSession(Buffer.from(slotId, 'hex'), flags);
    return { session: new Session(this.#native, handle), handle };
  }
}

const loadLibrary = (path: string, sha256: string | null): Native => {
  if (!existsSync(path)) {
    throw noLibrary(path);
  }
  try {
    if (sha256 !== null) refuseChangedLibrary(path, sha256);
    return loadNative(path);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw unloadable(path, error instanceof Error ? error.message : String(error));
  }
};

/** From another folder a short path is another library or database, which would get the PIN. */
const requireFullPaths = (path: string, parameters: string | null): void => {
  if (!isAbsolute(path)) throw notFullPath('The path of the PKCS#11 library', path);
  const database = parameters === null ? null : nssDatabaseOf(parameters);
  if (database !== null && !isAbsolute(database))
    throw notFullPath('The folder of the key database (configdir)', database);
};

/** Distinguishes the loader's messages: glibc, musl, macOS dyld and Windows ("Win32 error N"). */
const loaderFaults: readonly (readonly [RegExp, LoadFault])[] = [
  [
    /wrong ELF class|incompatible architecture|need 'x86_64'|need 'arm64'|Win32 error 193\b/,
    'processor',
  ],
  [/C_GetFunctionList|Win32 error 127\b/, 'not-pkcs11'],
  [
    /invalid ELF header|file too short|not a mach-o|slice is not valid|cannot read file data/i,
    'not-a-library',
  ],
  [
    /cannot open shared object|Library not loaded|Error loading shared library|Win32 error 126\b/,
    'incomplete',
  ],
];

const unloadable = (path: string, words: string): Failure => {
  const [, fault] = loaderFaults.find(([pattern]) => pattern.test(words)) ?? [null, 'other'];
  return unloadableLibrary(fault, words.startsWith(path) ? words : `${path}: ${words}`);
};

/**
 * Says whether this call initialised the library; a second thread finds that done. The addon
 * drops the last character of the parameter string, hence the blank at its end.
 */
const initialise = (native: Native, path: string, parameters: string | null): boolean => {
  const library = parameters === null ? {} : { libraryParameters: `${parameters} ` };
  try {
    native.C_Initialize({ flags: CKF.OS_LOCKING_OK, ...library });
    return true;
  } catch (error) {
    const ckr = ckrOf(error);
    if (ckr?.name === 'CKR_CRYPTOKI_ALREADY_INITIALIZED') return false;
    if (ckr === null) throw error;
    throw libraryDoesNotStart(ckr.words, `C_Initialize ${ckr.name} (${path})`);
  }
};
