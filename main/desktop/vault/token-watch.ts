import type { TokenPresence } from '../../../shared/contract/app.ts';
import { Failure, toFailureData } from '../../../shared/failure.ts';
import { libraryCrashes } from '../../../shared/messages/failures/pkcs11.ts';
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

/** If the driver crashes during these checks, stop after a few attempts. */
const MOST_CRASHES = 3;

/**
 * Checks whether the token of a locked vault is connected, with an engine that is not logged in.
 */
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

  /** Whether this computer knows the vault; does not load the library. */
  recognise(): Promise<TokenPresence> {
    const { vault, trust } = this.#open;
    return orAbsent(async () => {
      await recognise(trust, vault);
      return unknownPresence;
    });
  }

  /** @returns null if `stop` ended the check early, which says nothing about the token */
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
    // The library loaded before stays in its engine.
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
    if (this.#crashes >= MOST_CRASHES) throw libraryCrashes();
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
