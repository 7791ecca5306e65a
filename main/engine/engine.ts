import type { Failure } from '../../shared/failure.ts';
import { mastersBeingRotated } from '../../shared/messages/failures/masters.ts';
import { vaultIsLocked } from '../../shared/messages/failures/session.ts';
import type { Calls } from '../rpc/index.ts';
import type { EngineCalls, UseMasters, ModuleListing, ModuleTarget } from './api.ts';
import { hashFile } from './files/file-hash.ts';
import { FileService } from './files/file-service.ts';
import { Parts } from './files/part.ts';
import { createKey, type KeyAbilities } from './keys/create-key.ts';
import { destroyKey, missingKeys } from './keys/destroy-key.ts';
import { KeySession } from './keys/key-session.ts';
import { Keyring } from './keys/keyring.ts';
import { LedgerKeys } from './keys/ledger-keys.ts';
import { createSigningKeys, signReportDigest } from './keys/signing-keys.ts';
import { reconcile, removeObject } from './keys/reconcile.ts';
import { findMasters, type Masters, type VaultToken } from './keys/vault-token.ts';
import { keepAnchor, readAnchors } from './pkcs11/anchors.ts';
import { type MasterCalls, masterCalls } from './master-calls.ts';
import { TokenConnection } from './pkcs11/connection.ts';
import {
  createEvaluationToken,
  evaluationTarget,
  writeEvaluationConfig,
} from './pkcs11/evaluation.ts';
import { Pkcs11Module } from './pkcs11/module.ts';
import { probe } from './pkcs11/probe.ts';
import { keyLimitsOf } from './pkcs11/profile.ts';
import type { Session } from './pkcs11/session.ts';
import type { TokenTarget } from './pkcs11/target.ts';
import type { TokenInfo } from './pkcs11/token-info.ts';
import { WorkerPool } from './worker-pool.ts';

interface Connected {
  readonly target: TokenTarget;
  readonly connection: TokenConnection;
}

interface Opened {
  readonly token: VaultToken;
  readonly masters: Masters;
  readonly keyring: Keyring;
  readonly pool: WorkerPool;
  readonly files: FileService;
  readonly abilities: KeyAbilities;
}

type FileCalls = Pick<
  Calls<EngineCalls>,
  | 'addKeySet'
  | 'removeKeySet'
  | 'encrypt'
  | 'decrypt'
  | 'verify'
  | 'rewrap'
  | 'reencrypt'
  | 'prove'
  | 'hashFile'
>;

export interface EngineOptions {
  /** The script of a worker thread. */
  readonly worker: URL;
  /** Process that started this one. */
  readonly parent: number;
  /** Worker threads, where the token allows as many sessions. */
  readonly workers: number;
}

/** What is about the token as a whole. */
type TokenCalls = Pick<
  Calls<EngineCalls>,
  'tokenStatus' | 'changePin' | 'missingKeys' | 'reconcile' | 'removeObject'
>;

const SWEEP_MS = 1_000;

/** The engine's state: the way to the token, then the masters and what works with them. */
export class Engine {
  readonly #options: EngineOptions;
  #connected: Connected | null = null;
  #ledger: LedgerKeys | null = null;
  #opened: Opened | null = null;
  /** Why no keys can be used while nothing is open. */
  #whyNot: () => Failure = vaultIsLocked;
  #sweeper: NodeJS.Timeout | null = null;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** The calls, for whichever channel serves them. */
  calls(): Calls<EngineCalls> {
    return {
      listTokens,
      createEvaluationToken: ({ folder, pin }) => createEvaluationToken(folder, pin),
      connectEvaluation: ({ folder, label, library }) => {
        writeEvaluationConfig(folder);
        return this.#connect({ ...evaluationTarget(folder, label), ...library });
      },
      connect: (target) => this.#connect(target),
      login: ({ pin }) => {
        const { connection } = this.#connection();
        connection.logout();
        // "already" would mean that the token has not checked this PIN.
        if (connection.login(pin) !== 'verified')
          throw new Error('the token was logged in already');
        return connection.token;
      },
      probe: () => probe(this.#connection().connection),
      createSigningKeys: ({ vaultId, profile }) =>
        createSigningKeys(this.#connection().connection, vaultId, profile),
      bindLedger: (identity) => {
        this.#ledger = LedgerKeys.find(this.#connection().connection, identity);
      },
      newSessionKey: (name) => this.#ledgerKeys().newSessionKey(name),
      openSessionKey: ({ sealed, ...name }) => this.#ledgerKeys().openSessionKey(name, sealed),
      signCheckpoint: ({ text }) => this.#ledgerKeys().signCheckpoint(text),
      signReportDigest: ({ key, digest }) =>
        signReportDigest(this.#connection().connection, key, digest),
      readAnchors: ({ vaultId, thorough }) =>
        this.#withSession((session) => readAnchors(session, vaultId, thorough)),
      keepAnchor: (anchor) =>
        this.#alone(() => this.#withSession((session) => keepAnchor(session, anchor))),
      createKey: (input) =>
        this.#alone(() => createKey(this.#vault().token, input, this.#vault().abilities)),
      destroyKey: (input) => this.#alone(() => destroyKey(this.#vault().token, input)),
      ...this.#masterCalls(),
      ...this.#tokenCalls(),
      ...this.#fileCalls(),
      cachedKeys: () => this.#opened?.keyring.list() ?? [],
      flushKeys: ({ id }) => this.#opened?.keyring.flush(id ?? undefined),
      setLifetimes: (lifetimes) => this.#opened?.keyring.setLifetimes(lifetimes),
      logout: () => this.#close(),
    };
  }

  #masterCalls(): MasterCalls {
    return {
      ...masterCalls({
        connection: () => this.#connection().connection,
        inUse: () => this.#opened,
        token: () => this.#vault().token,
        alone: (work) => this.#alone(work),
      }),
      useMasters: (input) => this.#useMasters(input),
      leaveMasters: () => {
        this.#whyNot = mastersBeingRotated;
        return this.#closeVault();
      },
    };
  }

  #tokenCalls(): TokenCalls {
    return {
      tokenStatus: () => this.#connection().connection.token,
      changePin: (change) => this.#alone(() => this.#connection().connection.changePin(change)),
      missingKeys: (keys) => missingKeys(this.#vault().token, keys),
      reconcile: (expected) =>
        this.#alone(() => reconcile(this.#connection().connection, expected)),
      removeObject: ({ expected, object }) =>
        this.#alone(() => removeObject(this.#connection().connection, expected, object)),
    };
  }

  #fileCalls(): FileCalls {
    return {
      addKeySet: (input) => this.#vault().files.addKeySet(input),
      removeKeySet: ({ keySet }) => this.#vault().files.removeKeySet(keySet),
      encrypt: (input, context) => this.#vault().files.encrypt(input, context),
      decrypt: (input, context) => this.#vault().files.decrypt(input, context),
      verify: (input, context) => this.#vault().files.verify(input, context),
      rewrap: (input, context) => this.#vault().files.rewrap(input, context),
      prove: (input) => this.#vault().files.prove(input),
      reencrypt: (input, context) => this.#vault().files.reencrypt(input, context),
      hashFile,
    };
  }

  async #connect(target: TokenTarget): Promise<TokenInfo> {
    await this.#close();
    const connection = TokenConnection.open(target);
    this.#connected = { target, connection };
    return connection.token;
  }

  async #useMasters(input: UseMasters): Promise<void> {
    await this.#closeVault();
    const { target, connection } = this.#connection();
    const { vaultId, masters, profile } = input;
    const callerNonce = profile.iv === 'caller';
    this.#ledgerKeys().useSealingMaster(masters.seal.objectId);
    const token = findMasters({ connection, vaultId, masters, callerNonce });
    const unseal = (material: Parameters<KeySession['unseal']>[0]): Buffer =>
      connection.withSession((session) => new KeySession(token, session).unseal(material));
    const keyring = new Keyring(input.lifetimes, unseal);
    const { worker, parent } = this.#options;
    const setup = { target, vaultId, masters, callerNonce, parent };
    const pool = new WorkerPool(
      worker,
      setup,
      Math.max(1, Math.min(this.#options.workers, profile.workers)),
    );
    const files = new FileService({
      token,
      pool,
      keyring,
      parts: new Parts(parent),
      segment: profile.segmentSize,
    });
    const abilities = { limits: keyLimitsOf(profile), cmac: profile.cmac };
    this.#opened = { token, masters, keyring, pool, files, abilities };
    this.#sweeper = setInterval(() => keyring.sweep(), SWEEP_MS).unref();
  }

  async #close(): Promise<void> {
    this.#whyNot = vaultIsLocked;
    await this.#closeVault();
    this.#ledger = null;
    this.#connected?.connection.close();
    this.#connected = null;
  }

  async #closeVault(): Promise<void> {
    if (this.#sweeper !== null) clearInterval(this.#sweeper);
    this.#sweeper = null;
    const opened = this.#opened;
    // From now on: what waits for the workers must not find the vault open when they are gone.
    this.#opened = null;
    opened?.keyring.flush();
    await opened?.pool.close();
  }

  /** For what makes objects in the token: see WorkerPool.alone. */
  #alone<T>(work: () => T): Promise<T> {
    return this.#opened === null ? Promise.resolve().then(work) : this.#opened.pool.alone(work);
  }

  #connection(): Connected {
    if (this.#connected === null) throw vaultIsLocked();
    return this.#connected;
  }

  #ledgerKeys(): LedgerKeys {
    if (this.#ledger === null) throw vaultIsLocked();
    return this.#ledger;
  }

  #withSession<T>(work: (session: Session) => T): T {
    return this.#connection().connection.withSession(work);
  }

  #vault(): Opened {
    if (this.#opened === null) throw this.#whyNot();
    return this.#opened;
  }
}

const listTokens = ({ modulePath, parameters, environment }: ModuleTarget): ModuleListing => {
  Object.assign(process.env, environment);
  const module = Pkcs11Module.load(modulePath, parameters, null);
  return { module: module.info(), tokens: module.tokens() };
};
