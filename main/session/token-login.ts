import { Failure } from '../../shared/failure.ts';
import type { EngineCalls, TokenInfo, TokenProfile } from '../engine/index.ts';
import type { Caller } from '../rpc/index.ts';
import type { Vault } from '../vault/index.ts';
import type { TrustStore } from '../trust/index.ts';
import { bindingOf, bindToken, profileDetails, profileOf } from './token-binding.ts';
import { connectToken, type FoundToken } from './token-connect.ts';
import { firstMeeting, type TokenFinding, twinOf, updateOf } from './token-findings.ts';

export interface TokenLoginParts {
  readonly vaultDir: string;
  readonly vault: Vault;
  /** What this user knows of vaults, outside of their folders. */
  readonly trust: TrustStore;
  /** Asks for the PIN; it is passed on and not kept. Not asked for tokens with a PIN pad. */
  readonly askPin: (token: TokenInfo) => Promise<string>;
}

type Engine = Caller<EngineCalls>;

/** How an engine comes to the token of this vault, and into it. Refused PINs are recorded. */
export class TokenLogin {
  readonly #parts: TokenLoginParts;
  #found: FoundToken | null = null;
  #findings: readonly TokenFinding[] = [];
  #newProfile: TokenProfile | null = null;

  constructor(parts: TokenLoginParts) {
    this.#parts = parts;
  }

  /** What was found of the token at the last login: shown, and recorded with the unlock. */
  get findings(): readonly TokenFinding[] {
    return this.#findings;
  }

  /** Whether the token is another one than the one that this computer knows. */
  get isTwin(): boolean {
    return this.#findings.some(({ kind }) => kind === 'token-twin');
  }

  /** Asks for the PIN. @throws Failure `token-not-found`, `pin-incorrect` and the like */
  async logIn(engine: Engine): Promise<TokenInfo> {
    const { token } = await this.connect(engine);
    this.use(token);
    await this.#login(engine, token.pinPad ? null : await this.#parts.askPin(token));
    return token;
  }

  /** The same with a PIN that is known; null for a token with a PIN pad. */
  async logInWith(engine: Engine, pin: string | null): Promise<void> {
    await this.connect(engine);
    await this.#login(engine, pin);
  }

  /** From now on records name this token. */
  use({ label, serial }: TokenInfo): void {
    this.#parts.vault.setToken({ label, serial });
  }

  /** The stored profile, or a new one where the library is not the one that was probed. */
  async profile(engine: Engine): Promise<TokenProfile> {
    const { vault } = this.#parts;
    const binding = bindingOf(vault.tables);
    const stored = profileOf(binding);
    if (this.#found === null) throw new Error('the token is not connected');
    const { isUpdated, known } = this.#found;
    if (!isUpdated && known.librarySha256 === binding.librarySha256) return stored;
    this.#newProfile = await engine.call('probe', null);
    return this.#newProfile;
  }

  /** Keeps a new profile, and says that there is one. */
  async keepProfile(): Promise<void> {
    const profile = this.#newProfile;
    this.#newProfile = null;
    if (profile === null || this.#found === null) return;
    const { known } = this.#found;
    const { modulePath, parameters, inVault } = known;
    await this.#parts.vault.commit(
      ({ meta }) => meta.set('token', bindToken(profile, { modulePath, parameters, inVault })),
      () => ({
        action: 'token.probe',
        subject: {},
        outcome: 'ok',
        details: { ...profileDetails(profile), because: 'the PKCS#11 library has changed' },
      }),
    );
    this.#findings = [...this.#findings, updateOf(known)];
  }

  /** Finds the token, without a PIN. */
  async connect(engine: Engine): Promise<FoundToken> {
    this.#found = await connectToken(engine, this.#parts);
    return this.#found;
  }

  async #login(engine: Engine, pin: string | null): Promise<void> {
    try {
      await engine.call('login', { pin });
    } catch (error) {
      if (error instanceof Failure) {
        const { code } = error;
        await this.#parts.vault.recordLook({
          action: 'token.login',
          subject: {},
          outcome: 'refused',
          code,
          details: {},
        });
      }
      throw error;
    }
    await this.#meet();
  }

  /** Only now is it sure that this token belongs to somebody who knows its PIN. */
  async #meet(): Promise<void> {
    if (this.#found === null) return;
    const { token, known, isNew } = this.#found;
    const notKept = isNew ? await this.#parts.trust.remember(known) : null;
    this.#findings = [...twinOf(token, known), ...(isNew ? [firstMeeting(known, notKept)] : [])];
  }
}
