import type { TokenPresence } from '../../../shared/contract/app.ts';
import { Failure, toFailureData } from '../../../shared/failure.ts';
import type { EngineProcess, TokenInfo } from '../../engine/index.ts';
import { connectToken } from '../../session/index.ts';
import { recognise } from '../../trust/index.ts';
import type { OpenVault } from './open-vault.ts';

export const unknownPresence: TokenPresence = {
  present: null,
  pinPad: false,
  pinState: 'ok',
  model: null,
  failure: null,
};

/** A driver that crashes while it is only being looked at is not asked for ever. */
const MOST_CRASHES = 3;

/** Looks whether the token of a locked vault is there, with an engine that is not logged in. */
export class TokenWatch {
  readonly #open: OpenVault;
  readonly #startEngine: () => EngineProcess;
  #engine: EngineProcess | null = null;
  #crashes = 0;
  #stops = 0;

  constructor(open: OpenVault, startEngine: () => EngineProcess) {
    this.#open = open;
    this.#startEngine = startEngine;
  }

  /** Whether this computer knows the vault; nothing is loaded for that. */
  recognise(): Promise<TokenPresence> {
    const { vault, trust } = this.#open;
    return orAbsent(async () => {
      await recognise(trust, vault);
      return unknownPresence;
    });
  }

  /** @returns null where the look was cut short by `stop`, which tells nothing of the token */
  async look(): Promise<TokenPresence | null> {
    const stops = this.#stops;
    const { folder: vaultDir, vault, trust } = this.#open;
    const seen = await orAbsent(async () => {
      // Without a library to load, no engine is needed either.
      await recognise(trust, vault);
      const place = { vaultDir, vault, trust };
      return presenceOf((await connectToken(this.#running().caller, place)).token);
    });
    if (seen.present !== true && stops !== this.#stops) return null;
    // The one that was loaded before stays in its engine.
    if (seen.failure?.code === 'library-changed') await this.stop();
    return seen;
  }

  async stop(): Promise<void> {
    this.#stops++;
    const engine = this.#engine;
    this.#engine = null;
    await engine?.stop();
  }

  #running(): EngineProcess {
    if (this.#engine !== null) return this.#engine;
    if (this.#crashes >= MOST_CRASHES) throw crashes();
    const engine = this.#startEngine();
    void engine.exited.then(({ asked }) => {
      if (!asked) this.#crashes++;
      if (this.#engine === engine) this.#engine = null;
    });
    this.#engine = engine;
    return engine;
  }
}

const orAbsent = async (work: () => Promise<TokenPresence>): Promise<TokenPresence> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { ...unknownPresence, present: false, failure: toFailureData(error) };
  }
};

const presenceOf = ({ pinPad, pinState, model }: TokenInfo): TokenPresence => ({
  present: true,
  pinPad,
  pinState,
  model,
  failure: null,
});

const crashes = (): Failure =>
  new Failure('module-unusable', "The token's PKCS#11 library crashes when it is used.", {
    unharmed: 'Nothing was changed.',
    next: 'Install the software of the token maker again, or ask the maker.',
  });
