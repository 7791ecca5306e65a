import { setTimeout } from 'node:timers/promises';
import { Failure } from '../../shared/failure.ts';
import { recordsUnsigned } from '../../shared/messages/failures/vault.ts';
import { nothingToAccept, vaultIsLocked } from '../../shared/messages/failures/session.ts';
import type {
  EngineCalls,
  EngineProcess,
  KeyringLifetimes,
  TokenInfo,
  TokenProfile,
} from '../engine/index.ts';
import type { EpochHead } from '../ledger/index.ts';
import { type Checkpoint, parseCheckpointText } from '../pki/index.ts';
import type { Caller } from '../rpc/index.ts';
import {
  type FoundSigned,
  type RollbackFinding,
  type UnlockOptions,
  type Vault,
} from '../vault/index.ts';
import { ledgerToken } from './checkpointing.ts';
import { inTime } from './in-time.ts';
import { missingKeys } from './missing-keys.ts';
import { SealBudget } from './seal-budget.ts';
import { bindingOf, mastersOf, profileOf } from './token-binding.ts';
import type { TokenFinding } from './token-findings.ts';
import { TokenLogin, type TokenLoginParts } from './token-login.ts';
import { needOpen, type UnlockOutcome } from './unlock-outcome.ts';

export interface SessionParts extends TokenLoginParts {
  readonly startEngine: () => EngineProcess;
  /** How long Fast keys stay in memory, asked at every unlock. */
  readonly lifetimes: () => KeyringLifetimes;
  /** Called each time a person has unlocked the vault. */
  readonly onOpen?: (session: VaultSession) => Promise<void>;
  /** Called for every recovery, whoever started it: if it fails, the vault is locked. */
  readonly onRecovery?: (cause: Failure, recovered: Promise<void>) => void;
}

export type SessionFinding = Pick<RollbackFinding | TokenFinding, 'kind' | 'problem'>;

interface LoggedIn {
  readonly engine: EngineProcess;
  readonly token: TokenInfo;
  readonly profile: TokenProfile;
}

/** What a clock can be checked by later. */
interface Opening {
  readonly at: Date;
  readonly steadyMs: number;
  /** The number of the record of the lock before; null if the session before was not locked. */
  readonly lastLock: number | null;
}

/** What a clock that was not moved may be off by, in one session. */
export const LARGEST_DRIFT_MS = 3_600_000;

/** How long a token may take to sign a lock or to end a login: a driver may hang. */
const LAST_ANSWER_MS = 5_000;

/** Waiting times before the engine is started again; after the last one it is given up. */
const BACK_OFF_MS = [200, 1_000, 3_000] as const;

interface Recovery {
  readonly done: Promise<void>;
  readonly stopping: AbortController;
}

/** A vault with its token: locked or unlocked, and unlocked again when the engine is lost. */
export class VaultSession {
  readonly vaultDir: string;
  readonly vault: Vault;
  readonly seals: SealBudget;
  readonly #parts: SessionParts;
  #loggedIn: LoggedIn | null = null;
  #examined: FoundSigned | null = null;
  #missing: readonly TokenFinding[] = [];
  readonly #login: TokenLogin;
  #recovery: Recovery | null = null;
  #recoveries = 0;
  #carryOver = false;
  #opening: Opening;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#login = new TokenLogin(parts);
    this.vaultDir = parts.vaultDir;
    this.vault = parts.vault;
    this.seals = new SealBudget(parts.vault);
    this.#opening = openingOf(parts.vault);
  }

  /** When the vault was unlocked. */
  get opening(): Opening {
    return this.#opening;
  }

  /** How far the computer's clock was moved since the vault was unlocked, forward or back. */
  get clockMovedMs(): number {
    const { at, steadyMs } = this.#opening;
    const passed = this.vault.now.getTime() - at.getTime();
    return Math.round(Math.abs(passed - (performance.now() - steadyMs)));
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

  /** Whether an engine is logged in to the token now; a recovery replaces one behind an open vault. */
  get isLoggedIn(): boolean {
    return this.#loggedIn !== null;
  }

  /**
   * Logs in to the token, compares the ledger with what the token last signed, and proves the
   * masters. Every attempt is recorded.
   * @throws Failure `pin-incorrect` and the like
   */
  async unlock({
    carryOver = false,
  }: Pick<UnlockOptions, 'carryOver'> = {}): Promise<UnlockOutcome> {
    this.#recoveries = 0;
    this.#carryOver = carryOver;
    this.#opening = openingOf(this.vault);
    const outcome = await this.#unlock(new AbortController().signal);
    if (outcome.kind === 'open') await this.#parts.onOpen?.(this);
    return outcome;
  }

  /** Goes on with the engine that has just made this vault: it is logged in to the token. */
  async adopt(engine: EngineProcess, token: TokenInfo): Promise<UnlockOutcome> {
    this.#login.use(token);
    const profile = profileOf(bindingOf(this.vault.tables));
    return this.#enter(engine, token, () => Promise.resolve(profile));
  }

  /**
   * Whether this is the token's PIN, asked with an engine of its own beside the one that works.
   * @throws Failure 'pin-incorrect' and the like; that is recorded
   */
  checkPin(pin: string | null): Promise<void> {
    return this.#beside((engine) => this.#login.logInWith(engine, pin));
  }

  /** Works with the token, not logged in, with an engine of its own. */
  atToken<T>(work: (engine: Caller<EngineCalls>) => Promise<T>): Promise<T> {
    return this.#beside(async (engine) => {
      await this.#login.connect(engine);
      return work(engine);
    });
  }

  async #beside<T>(work: (engine: Caller<EngineCalls>) => Promise<T>): Promise<T> {
    const engine = this.#parts.startEngine();
    try {
      return await work(engine.caller);
    } finally {
      await engine.stop();
    }
  }

  /** What was found at unlock that does not block: shown so that nobody misses it. */
  get findings(): readonly SessionFinding[] {
    const findings = this.#examined?.verdict.findings.filter(({ blocks }) => !blocks) ?? [];
    return [...findings, ...this.#login.findings, ...this.#missing];
  }

  /** What the last unlock found signed, also one that a rollback ended; null where there is none. */
  get examined(): FoundSigned | null {
    return this.#examined;
  }

  /** Signs everything that is recorded and brings the anchor up to date. @throws Failure */
  async checkpoint(): Promise<Checkpoint | null> {
    const checkpoint = await this.vault.checkpoint('now');
    await this.#remember(checkpoint);
    return checkpoint;
  }

  /**
   * The way out of a rollback: a new ledger starts, whose first record holds both heads and the
   * reason; the old one is kept. The vault is to be closed and opened again after that.
   * @returns the new epoch
   */
  async acceptAndContinue(reason: string): Promise<number> {
    const engine = this.#parts.startEngine();
    try {
      await this.#login.logIn(engine.caller);
      const token = await ledgerToken(engine.caller, this.vault);
      const examined = await this.vault.examine(token, await this.#outside());
      if (examined.kind === 'rolled-back') await this.vault.restrict(examined.verdict.findings);
      if (examined.kind === 'unsigned-tail')
        throw recordsUnsigned(examined.range.first, examined.range.last);
      if (this.vault.restriction === null) throw nothingToAccept();
      const { epoch, note } = await this.vault.accept(token, examined, reason);
      await token.keepAnchor?.(note, examined.anchors);
      await this.#remember(seenIn(note));
      return epoch;
    } finally {
      await engine.stop();
    }
  }

  /**
   * Ends the ledger's session and starts another one with the masters that the keystore names now.
   * Everything before it is signed by then.
   */
  async renew(reason: string): Promise<void> {
    if (this.#loggedIn === null) throw vaultIsLocked();
    const { engine, token, profile } = this.#loggedIn;
    await this.#recordLock(reason);
    await this.checkpoint();
    needOpen(await this.#enter(engine, token, () => Promise.resolve(profile)));
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
    // What is locked now is not to be opened again by a recovery that is under way.
    this.#recovery?.stopping.abort();
    await this.#recovery?.done.catch(() => undefined);
    const loggedIn = this.#loggedIn;
    this.#loggedIn = null;
    if (loggedIn === null) {
      // The engine was given up: the lock is recorded all the same, and signed at the next unlock.
      if (this.vault.isInSession) await this.#recordLock(reason);
      this.vault.endSession();
      return;
    }
    const { engine } = loggedIn;
    try {
      await this.#recordLock(reason);
      const isSigned = await inTime(this.checkpoint(), LAST_ANSWER_MS);
      if (isSigned) await inTime(engine.caller.call('logout', null), LAST_ANSWER_MS);
    } finally {
      this.vault.endSession();
      await engine.stop();
    }
  }

  /** Locking is never refused, not even where a ledger that has failed cannot record it. */
  async #recordLock(reason: string): Promise<void> {
    try {
      await this.vault.sumUp();
      await this.vault.record([
        {
          action: 'vault.lock',
          subject: {},
          outcome: 'ok',
          details: { reason, seals: this.seals.left, ...movedClock(this.clockMovedMs) },
        },
      ]);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }

  /** The engine, once a recovery that is under way has ended. */
  async ready(): Promise<Caller<EngineCalls>> {
    await this.#recovery?.done.catch(() => undefined);
    return this.engine;
  }

  /**
   * After a call to `engine` has lost it or its login: records that, starts another engine and
   * unlocks again. Callers that fail at the same time share one recovery, and one that comes late
   * finds the new engine.
   * @throws the cause where it was recovered from too often, or why unlocking failed
   */
  recover(cause: Failure, engine: Caller<EngineCalls>): Promise<void> {
    if (this.#recovery !== null) return this.#recovery.done;
    if (this.#loggedIn === null) return Promise.reject(cause);
    if (this.#loggedIn.engine.caller !== engine) return Promise.resolve();
    const stopping = new AbortController();
    const done = this.#recover(cause, this.#loggedIn.engine, stopping.signal).finally(() => {
      this.#recovery = null;
    });
    this.#recovery = { done, stopping };
    this.#parts.onRecovery?.(cause, done);
    return done;
  }

  async #recover(cause: Failure, lost: EngineProcess, stopping: AbortSignal): Promise<void> {
    this.#loggedIn = null;
    this.vault.stopSigning();
    await lost.stop();
    const { signal, code } = await lost.exited;
    const details = { cause: cause.message, signal, code };
    await this.vault.record([
      { action: 'engine.lost', subject: {}, outcome: 'failed', code: cause.code, details },
    ]);
    const pause = BACK_OFF_MS[this.#recoveries++];
    if (pause === undefined) throw cause;
    await setTimeout(pause);
    if (stopping.aborted) throw cause;
    needOpen(await this.#unlock(stopping, true));
  }

  async #unlock(stopping: AbortSignal, recovers = false): Promise<UnlockOutcome> {
    const engine = this.#parts.startEngine();
    stopping.addEventListener('abort', () => void engine.stop());
    let outcome: UnlockOutcome | null = null;
    try {
      const token = await this.#login.logIn(engine.caller);
      outcome = await this.#enter(engine, token, () => this.#login.profile(engine.caller));
      return outcome;
    } finally {
      if (outcome?.kind !== 'open') {
        // What is under way has still to be recorded; the session then ends with the lock.
        if (recovers) this.vault.stopSigning();
        else this.vault.endSession();
        await engine.stop();
      }
    }
  }

  /** Compares the ledger with what was signed last, before anything else is done with the token. */
  async #enter(
    engine: EngineProcess,
    token: TokenInfo,
    profileNow: () => Promise<TokenProfile>,
  ): Promise<UnlockOutcome> {
    const { vault } = this;
    const ledger = await ledgerToken(engine.caller, vault);
    const examined = await vault.examine(ledger, await this.#outside());
    this.#examined = examined;
    const { verdict } = examined;
    if (examined.kind === 'rolled-back')
      return { kind: 'read-only', verdict, failure: await vault.restrict(verdict.findings) };
    if (examined.kind === 'unsigned-tail')
      return { ...examined, failure: recordsUnsigned(examined.range.first, examined.range.last) };
    // It was rolled back before, and put right under the open vault: that is for another opening.
    if (vault.restriction !== null)
      return { kind: 'read-only', verdict, failure: vault.restriction };
    const profile = await profileNow();
    await engine.caller.call('useMasters', {
      vaultId: vault.id,
      masters: mastersOf(vault.tables),
      profile,
      lifetimes: this.#parts.lifetimes(),
    });
    const left = examined.tail.prefix.facts.sealsLeft;
    this.#missing = await missingKeys(engine.caller, vault);
    await vault.begin(ledger, examined, [...this.#login.findings, ...this.#missing]);
    if (left !== null) this.seals.resume(left);
    // The session's key is sealed under a random nonce too.
    await this.seals.take('master', 1);
    await this.#login.keepProfile();
    await this.checkpoint();
    this.#loggedIn = { engine, token, profile };
    return { kind: 'open' };
  }

  /** What neither the folder nor the token can know. */
  async #outside(): Promise<UnlockOptions> {
    const known = await this.#parts.trust.find(this.vault.id);
    return { seen: known?.seen ?? null, isTwin: this.#login.isTwin, carryOver: this.#carryOver };
  }

  /** From now on this computer knows of a ledger that is at least as long. */
  async #remember(head: EpochHead | null): Promise<void> {
    const { trust } = this.#parts;
    const known = await trust.find(this.vault.id);
    if (known === null || head === null) return;
    const { epoch, size, root } = head;
    await trust.remember({ ...known, seen: { epoch, size, root }, sessions: true });
  }

  #open(): LoggedIn {
    if (this.#loggedIn !== null) return this.#loggedIn;
    throw vaultIsLocked();
  }
}

/** A clock is never quite steady; of a moved one, the next unlock must know. */
const movedClock = (clockMovedMs: number): { readonly clockMovedMs?: number } =>
  clockMovedMs > LARGEST_DRIFT_MS ? { clockMovedMs } : {};

const openingOf = ({ now, facts }: Vault): Opening => ({
  at: now,
  steadyMs: performance.now(),
  lastLock: facts.lastLock,
});

const seenIn = (note: string): EpochHead | null =>
  parseCheckpointText(note.slice(0, note.lastIndexOf('\n\n') + 1));
