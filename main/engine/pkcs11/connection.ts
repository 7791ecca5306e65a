import { Failure } from '../../../shared/failure.ts';
import { tokenReadOnly } from '../../../shared/messages/failures/pin-change.ts';
import {
  noPinPad,
  tokenAmbiguous,
  tokenLocked,
  tokenNotConnected,
  tokenRemoved,
} from '../../../shared/messages/failures/pkcs11.ts';
import { ckrOf } from './ckr.ts';
import { asFailure, pinChangeFailure, pinFailure } from './failures.ts';
import { Pkcs11Module } from './module.ts';
import { CKS, CKU } from './native.ts';
import { type PinChange, requirePossiblePin, requireSuitablePin } from './possible-pin.ts';
import type { Session } from './session.ts';
import type { TokenTarget } from './target.ts';
import type { TokenInfo } from './token-info.ts';

/** 'verified': the token checked the PIN; 'already': this process was logged in, nothing was checked. */
export type LoginOutcome = 'verified' | 'already';

/**
 * For a PIN typed at the token, PKCS#11 v2.40 §5.6 wants NULL_PTR. The addon can only pass
 * a string, and libraries with a PIN pad take one of length zero for the same.
 */
const PIN_PAD = '';

type SoughtToken = Pick<TokenTarget, 'label' | 'serial' | 'orTwin'>;

/** The way to one token. One per thread; the login is shared by all threads of the process. */
export class TokenConnection {
  readonly module: Pkcs11Module;
  readonly #slotId: string;
  readonly #label: string;
  readonly #loginRequired: boolean;
  #idle: Buffer | null = null;

  private constructor(module: Pkcs11Module, token: TokenInfo) {
    this.module = module;
    this.#slotId = token.slotId;
    this.#label = token.label;
    this.#loginRequired = token.loginRequired;
  }

  /**
   * Loads the library and finds the token by label and serial number. The environment reaches the
   * library only from the main thread: there it must be opened before any worker does.
   * @throws Failure 'module-not-found' | 'module-unusable' | 'token-not-found'
   */
  static open(target: TokenTarget): TokenConnection {
    Object.assign(process.env, target.environment);
    const { modulePath, parameters, librarySha256 } = target;
    return TokenConnection.on(Pkcs11Module.load(modulePath, parameters, librarySha256), target);
  }

  /** As open, with a library that is loaded already. */
  static on(module: Pkcs11Module, target: SoughtToken): TokenConnection {
    return new TokenConnection(module, findToken(module, target));
  }

  /** What the token says of itself now (its PIN state changes). */
  get token(): TokenInfo {
    return this.#translated(() => this.module.tokenInfo(this.#slotId));
  }

  /**
   * Opens the idle session that holds the login: closing the last session would log out.
   * @param pin null where the PIN is typed at the token
   * @throws Failure 'pin-missing' | 'pin-incorrect' | 'pin-locked' | 'token-removed' | 'token-failed'
   */
  login(pin: string | null): LoginOutcome {
    if (pin === null && !this.token.pinPad) {
      throw noPinPad();
    }
    if (pin !== null) requirePossiblePin(pin, this.token);
    const idle = this.#idleSession();
    try {
      this.module.native.C_Login(idle, CKU.USER, pin ?? PIN_PAD);
      return 'verified';
    } catch (error) {
      if (ckrOf(error)?.name === 'CKR_USER_ALREADY_LOGGED_IN') return 'already';
      this.#closeIdle();
      throw pinFailure(error, this.token);
    }
  }

  /**
   * Changes the user PIN. A login stays as it is; there need be none (but NSS wants one).
   * @param change null where both PINs are typed at the token
   * @throws Failure 'pin-incorrect' | 'pin-locked' | 'pin-missing' | 'pin-unsuitable' |
   * 'token-failed' | 'token-removed'
   */
  changePin(change: PinChange | null): void {
    const token = this.token;
    if (token.writeProtected) throw tokenReadOnly();
    if (change === null && !token.pinPad) throw noPinPad();
    if (change !== null) {
      requirePossiblePin(change.oldPin, token);
      requireSuitablePin(change, token);
    }
    const holdsLogin = this.#idle !== null;
    const session = this.#idleSession();
    try {
      const { oldPin, newPin } = change ?? { oldPin: PIN_PAD, newPin: PIN_PAD };
      this.module.native.C_SetPIN(session, oldPin, newPin);
    } catch (error) {
      throw pinChangeFailure(error, this.#present() ? this.token : null);
    } finally {
      if (!holdsLogin) this.#closeIdle();
    }
  }

  /** Ends the login for every thread of this process. */
  logout(): void {
    const idle = this.#idle;
    if (idle === null) return;
    try {
      this.module.native.C_Logout(idle);
    } catch (error) {
      if (ckrOf(error) === null) throw error; // a token that is gone has nobody logged in
    } finally {
      this.#closeIdle();
    }
  }

  /**
   * Runs `work` with a session of its own. Whatever it left behind ends with the session:
   * operations, session objects, half-made keys.
   * @throws Failure 'token-removed' | 'not-logged-in' | 'token-failed' for errors of the token
   */
  withSession<T>(work: (session: Session) => T): T {
    return this.#translated(() => {
      const { session, handle } = this.module.openSession(this.#slotId);
      try {
        this.#requireLogin(handle);
        return work(session);
      } finally {
        this.#closeQuietly(handle);
      }
    });
  }

  /** Logs out and lets go of the token. The library stays initialised: unloading crashes some. */
  close(): void {
    this.logout();
  }

  /** The session that holds the login; a new one where the token was away in between. */
  #idleSession(): Buffer {
    if (this.#idle !== null && !this.#isOpen(this.#idle)) this.#closeIdle();
    this.#idle ??= this.#translated(() => this.module.openSession(this.#slotId).handle);
    return this.#idle;
  }

  #isOpen(session: Buffer): boolean {
    try {
      this.module.native.C_GetSessionInfo(session);
      return true;
    } catch (error) {
      if (ckrOf(error) === null) throw error;
      return false;
    }
  }

  /** Without a login private objects are just not found: that must not look like a lost key. */
  #requireLogin(session: Buffer): void {
    if (!this.#loginRequired) return;
    const { state } = this.module.native.C_GetSessionInfo(session);
    if (state !== CKS.RW_USER_FUNCTIONS) throw tokenLocked(`session state ${state}`);
  }

  #closeIdle(): void {
    if (this.#idle !== null) this.#closeQuietly(this.#idle);
    this.#idle = null;
  }

  /** A session that cannot be closed has already ended; the error that matters was another one. */
  #closeQuietly(handle: Buffer): void {
    try {
      this.module.native.C_CloseSession(handle);
    } catch (error) {
      if (ckrOf(error) === null) throw error;
    }
  }

  #translated<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const failure = asFailure(error);
      const unclear = failure instanceof Failure && failure.code === 'token-failed';
      throw unclear && !this.#present() ? tokenRemoved(failure.detail ?? '') : failure;
    }
  }

  /** Not every token reports that it was removed; one that does not show its label was. */
  #present(): boolean {
    try {
      return this.module.tokenInfo(this.#slotId).label === this.#label;
    } catch (error) {
      if (ckrOf(error) === null) throw error;
      return false;
    }
  }
}

const findToken = (module: Pkcs11Module, target: SoughtToken): TokenInfo => {
  const tokens = module.tokens();
  const { label, serial, orTwin } = target;
  const named = tokens.filter((token) => token.label === label);
  const exact = named.filter((token) => serial === null || token.serial === serial);
  if (exact.length > 1) throw tokenAmbiguous(label);
  const sameSerial = tokens.filter((token) => token.initialised && token.serial === serial);
  const twin = orTwin ? (onlyOf(named) ?? onlyOf(sameSerial)) : undefined;
  const found = exact[0] ?? twin;
  if (found !== undefined) return found;
  throw absent(target, tokens);
};

const onlyOf = (found: readonly TokenInfo[]): TokenInfo | undefined =>
  found.length === 1 ? found[0] : undefined;

const absent = (target: SoughtToken, tokens: readonly TokenInfo[]): Failure => {
  const seen = tokens.filter((token) => token.initialised).map((token) => token.label);
  return tokenNotConnected(target.label, target.serial, seen);
};
