import { Failure } from '../../shared/failure.ts';
import type { EngineCalls } from '../engine/api.ts';
import type { TokenProfile } from '../engine/pkcs11/profile.ts';
import type { TokenInfo } from '../engine/pkcs11/token-info.ts';
import type { Caller } from '../engine/rpc/caller.ts';
import type { Vault } from '../vault/vault.ts';
import { bindingOf, bindToken, profileDetails, profileOf, sha256OfFile } from './token-binding.ts';

export interface TokenLoginParts {
  readonly vaultDir: string;
  readonly vault: Vault;
  /** Asks for the PIN; it is passed on and not kept. Not asked for tokens with a PIN pad. */
  readonly askPin: (token: TokenInfo) => Promise<string>;
}

type Engine = Caller<EngineCalls>;

/** How an engine comes to the token of this vault, and into it. Refused PINs are recorded. */
export class TokenLogin {
  readonly #parts: TokenLoginParts;

  constructor(parts: TokenLoginParts) {
    this.#parts = parts;
  }

  /** Asks for the PIN. @throws Failure `token-not-found`, `pin-incorrect` and the like */
  async logIn(engine: Engine): Promise<TokenInfo> {
    const token = await this.#connect(engine);
    this.use(token);
    await this.#login(engine, token.pinPad ? null : await this.#parts.askPin(token));
    return token;
  }

  /** The same with a PIN that is known; null for a token with a PIN pad. */
  async logInWith(engine: Engine, pin: string | null): Promise<void> {
    await this.#connect(engine);
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
    // A vault that was moved may find its library elsewhere, or another one.
    const library = await sha256OfFile(binding.modulePath).catch(() => null);
    if (library === binding.librarySha256) return stored;
    const profile = await engine.call('probe', null);
    await vault.commit(
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

  #connect(engine: Engine): Promise<TokenInfo> {
    const { vault, vaultDir: folder } = this.#parts;
    const { inVault, label, serial, modulePath, parameters } = bindingOf(vault.tables);
    return inVault
      ? engine.call('connectEvaluation', { folder, label })
      : engine.call('connect', { modulePath, parameters, environment: {}, label, serial });
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
  }
}
