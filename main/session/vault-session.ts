import { setTimeout } from 'node:timers/promises';
import { Failure } from '../../shared/failure.ts';
import type { EngineCalls } from '../engine/api.ts';
import type { KeyringLifetimes } from '../engine/keys/keyring.ts';
import type { TokenProfile } from '../engine/pkcs11/profile.ts';
import type { TokenInfo } from '../engine/pkcs11/token-info.ts';
import type { Caller } from '../engine/rpc/caller.ts';
import type { EngineProcess } from '../engine/start.ts';
import { SealBudget } from '../keys/seal-budget.ts';
import type { Checkpoint } from '../ledger/checkpoint.ts';
import type { RollbackFinding } from '../vault/rollback.ts';
import type { Vault } from '../vault/vault.ts';
import { type Judged, judgeVault, unlockRecord } from './checkpointing.ts';
import {
  bindingOf,
  bindToken,
  mastersOf,
  profileDetails,
  profileOf,
  sha256OfFile,
} from './token-binding.ts';

export interface SessionParts {
  readonly vaultDir: string;
  readonly vault: Vault;
  readonly startEngine: () => EngineProcess;
  /** Asks for the PIN; it is passed on and not kept. Not asked for tokens with a PIN pad. */
  readonly askPin: (token: TokenInfo) => Promise<string>;
  /** How long Fast keys stay in memory, asked at every unlock. */
  readonly lifetimes: () => KeyringLifetimes;
}

interface Unlocked {
  readonly engine: EngineProcess;
  readonly token: TokenInfo;
  readonly profile: TokenProfile;
}

/** How long a token may take to sign a lock or to end a login: a driver may hang. */
const LAST_ANSWER_MS = 5_000;

/** Waiting times before the engine is started again; after the last one it is given up. */
const BACK_OFF_MS = [200, 1_000, 3_000] as const;

/** A vault with its token: locked or unlocked, and unlocked again when the engine is lost. */
export class VaultSession {
  readonly vaultDir: string;
  readonly vault: Vault;
  readonly seals: SealBudget;
  readonly #parts: SessionParts;
  #unlocked: Unlocked | null = null;
  #judged: Pick<Judged, 'verdict' | 'anchors'> | null = null;
  #recovering: Promise<void> | null = null;
  #recoveries = 0;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.vaultDir = parts.vaultDir;
    this.vault = parts.vault;
    this.seals = new SealBudget(parts.vault);
  }

  /** The engine. @throws Failure `not-logged-in` while the vault is locked */
  get engine(): Caller<EngineCalls> {
    return this.#open().engine.caller;
  }

  get profile(): TokenProfile {
    return this.#open().profile;
  }

  get token(): TokenInfo {
    return this.#open().token;
  }

  get isUnlocked(): boolean {
    return this.#unlocked !== null;
  }

  /**
   * Logs in to the token, compares the ledger with what the token last signed, and proves the
   * masters. Every attempt is recorded.
   */
  async unlock(): Promise<void> {
    const engine = this.#parts.startEngine();
    try {
      const token = await this.#logIn(engine.caller);
      await this.#enter(engine, token, () => this.#currentProfile(engine.caller));
    } catch (error) {
      this.vault.setSigner(null);
      await engine.stop();
      throw error;
    }
  }

  /** Goes on with the engine that has just made this vault: it is logged in to the token. */
  async adopt(engine: EngineProcess, token: TokenInfo): Promise<void> {
    this.vault.setToken({ label: token.label, serial: token.serial });
    const profile = profileOf(bindingOf(this.vault.tables));
    await this.#enter(engine, token, () => Promise.resolve(profile));
  }

  /**
   * Whether this is the token's PIN, asked with an engine of its own beside the one that works.
   * @throws Failure 'pin-incorrect' and the like; that is recorded
   */
  async checkPin(): Promise<void> {
    const engine = this.#parts.startEngine();
    try {
      await this.#login(engine.caller, await this.#connect(engine.caller));
    } finally {
      await engine.stop();
    }
  }

  /** What was found at unlock that does not block: shown so that nobody misses it. */
  get findings(): readonly RollbackFinding[] {
    return this.#judged?.verdict.findings.filter(({ blocks }) => !blocks) ?? [];
  }

  /** What the last unlock found signed, also one that a rollback ended; null where there is none. */
  get judged(): Pick<Judged, 'verdict' | 'anchors'> | null {
    return this.#judged;
  }

  /** Signs everything that is recorded and brings the anchor up to date. @throws Failure */
  checkpoint(): Promise<Checkpoint | null> {
    return this.vault.checkpoint('now');
  }

  /**
   * The way out of a rollback: a new ledger begins, whose first record holds both heads and the
   * reason; the old one is kept. The vault is to be closed and opened again after that.
   * @returns the new epoch
   */
  async acceptAndContinue(reason: string): Promise<number> {
    const engine = this.#parts.startEngine();
    try {
      await this.#logIn(engine.caller);
      const judged = await judgeVault(this.vault, engine.caller);
      if (judged?.verdict.isRolledBack === true) await this.vault.restrict(judged.verdict.findings);
      if (judged === null || this.vault.restriction === null) throw nothingToAccept();
      const { verdict, signer } = judged;
      const signed = verdict.anchor ?? verdict.checkpoint;
      const { epoch, note } = await this.vault.beginEpoch(
        {
          reason,
          accepted:
            signed === null ? null : { epoch: signed.epoch, size: signed.size, root: signed.root },
          note: signed?.note ?? null,
          findings: verdict.findings.map(({ problem }) => problem),
        },
        signer,
      );
      await signer.keepAnchor?.(note);
      return epoch;
    } finally {
      await engine.stop();
    }
  }

  /** What the token says of itself now. @throws Failure `token-removed` and the like */
  tokenNow(): Promise<TokenInfo> {
    return this.engine.call('tokenStatus', null);
  }

  /**
   * Ends the engine and with it the login and every cached key. A token that does not answer any
   * more keeps nothing open: then the lock is recorded unsigned, which the next unlock tells.
   */
  async lock(reason: string): Promise<void> {
    const unlocked = this.#unlocked;
    if (unlocked === null) return;
    this.#unlocked = null;
    const { engine } = unlocked;
    try {
      await this.#recordLock(reason);
      const isSigned = await inTime(this.vault.checkpoint('now'));
      if (isSigned) await inTime(engine.caller.call('logout', null));
    } finally {
      this.vault.setSigner(null);
      await engine.stop();
    }
  }

  /** Locking is never refused, not even where a ledger that has failed cannot record it. */
  async #recordLock(reason: string): Promise<void> {
    try {
      await this.vault.sumUp();
      await this.vault.record([
        { action: 'vault.lock', subject: {}, outcome: 'ok', details: { reason } },
      ]);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }

  /** The engine, once a recovery that is under way has ended. */
  async ready(): Promise<Caller<EngineCalls>> {
    await this.#recovering?.catch(() => undefined);
    return this.engine;
  }

  /**
   * After a call to `engine` has lost it or its login: records that, starts another engine and
   * unlocks again. Callers that fail at the same time share one recovery, and one that comes late
   * finds the new engine.
   * @param engine null where the caller knows that the engine is gone
   * @throws the cause where it was recovered from too often, or why unlocking failed
   */
  recover(cause: Failure, engine: Caller<EngineCalls> | null): Promise<void> {
    if (this.#recovering !== null) return this.#recovering;
    if (engine !== null && this.#unlocked?.engine.caller !== engine) {
      return this.#unlocked === null ? Promise.reject(cause) : Promise.resolve();
    }
    this.#recovering = this.#recover(cause).finally(() => (this.#recovering = null));
    return this.#recovering;
  }

  async #recover(cause: Failure): Promise<void> {
    const lost = this.#unlocked;
    this.#unlocked = null;
    this.vault.setSigner(null);
    await lost?.engine.stop();
    const exit = await lost?.engine.exited;
    const details = {
      cause: cause.message,
      signal: exit?.signal ?? null,
      code: exit?.code ?? null,
    };
    await this.vault.record([
      { action: 'engine.lost', subject: {}, outcome: 'failed', code: cause.code, details },
    ]);
    const pause = BACK_OFF_MS[this.#recoveries];
    if (pause === undefined) throw cause;
    this.#recoveries++;
    await setTimeout(pause);
    await this.unlock();
  }

  /** Compares the ledger with what was signed last, before anything else is done with the token. */
  async #enter(
    engine: EngineProcess,
    token: TokenInfo,
    profileNow: () => Promise<TokenProfile>,
  ): Promise<void> {
    const judged = await judgeVault(this.vault, engine.caller);
    this.#judged = judged;
    if (judged?.verdict.isRolledBack === true)
      throw await this.vault.restrict(judged.verdict.findings);
    if (this.vault.restriction !== null) throw this.vault.restriction;
    const profile = await profileNow();
    await engine.caller.call('useMasters', {
      vaultId: this.vault.id,
      masters: mastersOf(this.vault.tables),
      profile,
      lifetimes: this.#parts.lifetimes(),
    });
    await this.vault.record([unlockRecord(this.vault, judged)]);
    this.vault.setSigner(judged?.signer ?? null);
    await this.vault.checkpoint('now');
    this.#unlocked = { engine, token, profile };
  }

  /** Connects and logs in. */
  async #logIn(engine: Caller<EngineCalls>): Promise<TokenInfo> {
    const token = await this.#connect(engine);
    this.vault.setToken({ label: token.label, serial: token.serial });
    await this.#login(engine, token);
    return token;
  }

  async #connect(engine: Caller<EngineCalls>): Promise<TokenInfo> {
    const binding = bindingOf(this.vault.tables);
    const { label, serial, modulePath, parameters } = binding;
    return binding.inVault
      ? engine.call('connectEvaluation', { folder: this.vaultDir, label })
      : engine.call('connect', { modulePath, parameters, environment: {}, label, serial });
  }

  async #login(engine: Caller<EngineCalls>, token: TokenInfo): Promise<void> {
    const pin = token.pinPad ? null : await this.#parts.askPin(token);
    try {
      await engine.call('login', { pin });
    } catch (error) {
      if (error instanceof Failure) {
        const { code } = error;
        await this.vault.recordLook({
          action: 'token.login',
          subject: {},
          outcome: 'refused',
          code,
          details: {},
        });
      }
      throw error;
    }
  }

  /** The stored profile, or a new one where the library is not the one that was probed. */
  async #currentProfile(engine: Caller<EngineCalls>): Promise<TokenProfile> {
    const binding = bindingOf(this.vault.tables);
    const stored = profileOf(binding);
    // A vault that was moved may find its library elsewhere, or another one.
    const library = await sha256OfFile(binding.modulePath).catch(() => null);
    if (library === binding.librarySha256) return stored;
    const profile = await engine.call('probe', null);
    await this.vault.commit(
      ({ meta }) =>
        meta.set('token', bindToken(profile, { ...binding, modulePath: profile.module.path })),
      () => ({
        action: 'token.probe',
        subject: {},
        outcome: 'ok',
        details: { ...profileDetails(profile), because: 'the PKCS#11 library has changed' },
      }),
    );
    return profile;
  }

  #open(): Unlocked {
    if (this.#unlocked !== null) return this.#unlocked;
    throw new Failure('not-logged-in', 'The vault is locked.', {
      unharmed: 'Nothing was changed.',
      next: 'Unlock it with the PIN of its token.',
    });
  }
}

const nothingToAccept = (): Failure =>
  new Failure('usage', 'There is nothing to accept: the vault is as it was signed last.', {
    unharmed: 'Nothing was changed.',
  });

/** Whether the token has answered within the time that it has, and not with a failure. */
const inTime = async (answer: Promise<unknown>): Promise<boolean> => {
  const waiting = new AbortController();
  const patience = setTimeout(LAST_ANSWER_MS, false, { signal: waiting.signal });
  const answered = answer.then(
    () => true,
    (error: unknown) => {
      if (error instanceof Failure) return false;
      throw error;
    },
  );
  try {
    return await Promise.race([answered, patience]);
  } finally {
    patience.catch(() => undefined);
    waiting.abort();
  }
};
