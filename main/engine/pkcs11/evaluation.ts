import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Failure } from '../../../shared/failure.ts';
import { tokenConfigurationNotWritten } from '../../../shared/messages/failures/disk.ts';
import {
  newPinLength,
  newTokenElsewhere,
  newTokenNotKept,
  noSlotForToken,
  softHsmInUse,
  tokenFolderMissing,
  unusableTokenFolder,
  vaultFolderMissing,
} from '../../../shared/messages/failures/evaluation.ts';
import { replaceFileSync, storageFailure } from '../../system/index.ts';
import { TokenConnection } from './connection.ts';
import { evaluationFiles } from './evaluation-files.ts';
import { asFailure, pinFailure } from './failures.ts';
import { findModules, requireSoftHsm } from './known-modules.ts';
import { Pkcs11Module } from './module.ts';
import { CKF, CKU } from './native.ts';
import { requireText } from './possible-pin.ts';
import type { TokenTarget } from './target.ts';
import type { TokenInfo } from './token-info.ts';

/*
 * An evaluation token is a SoftHSM2 token inside the vault folder: to try the program without
 * hardware. Whoever copies the folder holds the masters behind the PIN alone.
 */

const CONFIG_VARIABLE = 'SOFTHSM2_CONF';
const MOST_PATH_BYTES = 900;
/** CK_TOKEN_INFO.label: 32 bytes padded with blanks, without a terminating zero (PKCS#11 §3.2). */
const LABEL_BYTES = 32;

/**
 * The configuration of SoftHSM2 knows no quoting: it cuts a line at "#" and "=", and at 1023 bytes.
 */
const requireWritable = (tokens: string): void => {
  if (!/[#=\r\n]/.test(tokens) && Buffer.byteLength(tokens) < MOST_PATH_BYTES) return;
  throw unusableTokenFolder(tokens);
};

/**
 * Writes the configuration of SoftHSM2 for the folder as it is called now: done before every
 * open, because a vault may have been moved.
 * @throws Failure 'usage' where SoftHSM2 could not use a folder of this name; 'not-found' where it
 *   is gone, 'token-not-found' where only the token is; the disk's refusal
 */
export const writeEvaluationConfig = (folder: string): void => {
  const tokens = join(resolve(folder), evaluationFiles.token);
  requireWritable(tokens);
  const lines = [
    `directories.tokendir = ${tokens}`,
    'objectstore.backend = file',
    'log.level = ERROR',
    'slots.removable = false',
  ];
  // SoftHSM2 would only say that it does not start.
  if (existsSync(folder) && !isFolder(tokens)) throw tokenFolderMissing(tokens);
  try {
    writeConfig(join(folder, evaluationFiles.config), `${lines.join('\n')}\n`);
  } catch (error) {
    throw notWritten(folder, error);
  }
};

/**
 * A new file takes the name of whatever is there, in one step: a link would lead out of the folder,
 * and an engine that starts meanwhile would find no configuration and look for another token.
 */
const writeConfig = (file: string, text: string): void => {
  if (isFile(file) && readFileSync(file, 'utf8') === text) return;
  replaceFileSync(file, text);
};

/** Not a link, nor a pipe or device on which reading could block. */
const isFile = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/** Not a link to a folder elsewhere. */
const isFolder = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

const notWritten = (folder: string, error: unknown): Failure =>
  existsSync(folder)
    ? storageFailure(error, tokenConfigurationNotWritten)
    : vaultFolderMissing(folder);

/** How to reach the evaluation token of a folder. Call writeEvaluationConfig before opening it. */
export const evaluationTarget = (folder: string, label: string): TokenTarget => ({
  modulePath: requireSoftHsm(findModules(), process.platform),
  parameters: null,
  environment: { [CONFIG_VARIABLE]: join(resolve(folder), evaluationFiles.config) },
  librarySha256: null,
  label,
  serial: null,
  orTwin: false,
});

/**
 * Makes a token in `folder`/token with this user PIN; its security-officer PIN is random and
 * forgotten. Runs in the main thread of a process that has not used SoftHSM2 for another folder.
 * @throws Failure 'module-not-found' with the install command | 'module-unusable' | 'pin-incorrect'
 */
export const createEvaluationToken = (folder: string, pin: string): TokenTarget => {
  const target = evaluationTarget(folder, `claviger-eval-${randomBytes(3).toString('hex')}`);
  requireWritable(resolve(folder));
  makeTokenFolder(folder);
  writeEvaluationConfig(folder);
  const module = loadSoftHsm(target);
  try {
    initialiseToken(module, target.label, pin);
  } catch (error) {
    throw asFailure(error);
  }
  requireTokenIn(folder);
  return { ...target, serial: TokenConnection.on(module, target).token.serial };
};

/** Open to the owner alone, also where an umask or an existing folder would say otherwise. */
const makeTokenFolder = (folder: string): void => {
  const tokens = join(folder, evaluationFiles.token);
  mkdirSync(tokens, { recursive: true, mode: 0o700 });
  chmodSync(tokens, 0o700);
};

/** SoftHSM2 reads its configuration once per process: a second folder needs a second process. */
const loadSoftHsm = (target: TokenTarget): Pkcs11Module => {
  const config = target.environment[CONFIG_VARIABLE];
  const before = process.env[CONFIG_VARIABLE];
  process.env[CONFIG_VARIABLE] = config;
  const module = Pkcs11Module.load(target.modulePath, target.parameters, target.librarySha256);
  if (module.first || before === config) return module;
  if (before === undefined) Reflect.deleteProperty(process.env, CONFIG_VARIABLE);
  else process.env[CONFIG_VARIABLE] = before;
  throw softHsmInUse();
};

const initialiseToken = (module: Pkcs11Module, label: string, pin: string): void => {
  const blank = module.tokens().find((token) => !token.initialised);
  if (blank === undefined) {
    throw noSlotForToken();
  }
  requireText(pin);
  requirePinLength(pin, blank);
  const officerPin = randomBytes(16).toString('hex');
  module.native.C_InitToken(slotOf(blank), officerPin, label.padEnd(LABEL_BYTES));
  const token = module.tokens().find((candidate) => candidate.label === label);
  if (token === undefined) {
    throw newTokenNotKept();
  }
  setUserPin(module, token, officerPin, pin);
};

const slotOf = (token: TokenInfo): Buffer => Buffer.from(token.slotId, 'hex');

const requirePinLength = (pin: string, token: TokenInfo): void => {
  const { min, max } = token.pinLength;
  const length = Buffer.byteLength(pin, 'utf8');
  if (length >= min && length <= max) return;
  throw newPinLength(min, max);
};

const setUserPin = (
  module: Pkcs11Module,
  token: TokenInfo,
  officerPin: string,
  pin: string,
): void => {
  const { native } = module;
  const session = native.C_OpenSession(slotOf(token), CKF.SERIAL_SESSION | CKF.RW_SESSION);
  try {
    native.C_Login(session, CKU.SO, officerPin);
    native.C_InitPIN(session, pin);
    native.C_Logout(session);
  } catch (error) {
    throw pinFailure(error, token);
  } finally {
    native.C_CloseSession(session);
  }
};

/** A token that landed elsewhere would be a vault without its masters. */
const requireTokenIn = (folder: string): void => {
  if (readdirSync(join(folder, evaluationFiles.token)).length > 0) return;
  throw newTokenElsewhere();
};
