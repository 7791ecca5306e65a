import { Failure } from '../../shared/failure.ts';
import type { EngineCalls } from '../engine/api.ts';
import type { TokenInfo } from '../engine/pkcs11/token-info.ts';
import type { Caller } from '../rpc/caller.ts';
import type { KnownVault } from '../trust/known-vault.ts';
import { isAdministrators, libraryAt } from '../trust/library.ts';
import { type MetVault, recognise, type Recognised } from '../trust/recognise.ts';
import type { TrustStore } from '../trust/trust-store.ts';

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
