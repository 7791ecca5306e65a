import { Failure } from '../../shared/failure.ts';
import type { EngineCalls, TokenInfo } from '../engine/index.ts';
import type { Caller } from '../rpc/index.ts';
import {
  isAdministrators,
  type KnownVault,
  libraryAt,
  type MetVault,
  recognise,
  type Recognised,
  type TrustStore,
} from '../trust/index.ts';

type Engine = Caller<EngineCalls>;

export interface TokenPlace {
  readonly vaultDir: string;
  readonly vault: MetVault;
  readonly trust: TrustStore;
}

/** The token of a vault, and what led to it. */
export interface FoundToken extends Recognised {
  readonly token: TokenInfo;
  /** The administrator has exchanged the library since it was used here last. */
  readonly isUpdated: boolean;
}

/**
 * Brings an engine to the token of a vault, without a PIN: by what this computer knows of the
 * vault, never by what its folder says.
 * @throws Failure 'vault-unknown' | 'vault-other' | 'library-changed' | 'token-not-found' | …
 */
export const connectToken = async (engine: Engine, place: TokenPlace): Promise<FoundToken> => {
  const { known, isNew } = await recognise(place.trust, place.vault);
  try {
    return { token: await connect(engine, place, known), known, isNew, isUpdated: false };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'library-changed') throw error;
    const updated = await takeUpdate(known, error);
    const token = await connect(engine, place, updated);
    await place.trust.remember(updated);
    return { token, known: updated, isNew, isUpdated: true };
  }
};

/** An update by the administrator is what everybody waits for; any other change is asked about. */
const takeUpdate = async (known: KnownVault, changed: Failure): Promise<KnownVault> => {
  if (!(await isAdministrators(known.modulePath))) throw changed;
  return { ...known, ...(await libraryAt(known.modulePath)) };
};

const connect = (
  engine: Engine,
  { vaultDir: folder }: TokenPlace,
  { modulePath, librarySha256, parameters, token, inVault }: KnownVault,
): Promise<TokenInfo> => {
  const { label, serial } = token;
  const library = { modulePath, librarySha256 };
  return inVault
    ? engine.call('connectEvaluation', { folder, label, library })
    : engine.call('connect', {
        ...{ ...library, parameters, environment: {}, label, serial },
        orTwin: true,
      });
};
