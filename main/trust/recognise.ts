import { otherVault, vaultUnknown } from '../../shared/messages/failures/trust.ts';
import { findModules, requireSoftHsm } from '../engine/index.ts';
import { fingerprintOf } from '../pki/index.ts';
import type { Vault } from '../vault/index.ts';
import type { KnownVault } from './known-vault.ts';
import { libraryAt } from './library.ts';
import type { TrustStore } from './trust-store.ts';

export type MetVault = Pick<Vault, 'id' | 'checkpointKey' | 'tables'>;

export interface Recognised {
  readonly known: KnownVault;
  /** New to this computer: stored once its token has accepted the PIN. */
  readonly isNew: boolean;
}

/** SHA-256 of the key that the ledger's first record names. */
export const fingerprintOfVault = ({ checkpointKey }: Pick<Vault, 'checkpointKey'>): string =>
  fingerprintOf(checkpointKey.spki);

/**
 * What this computer knows about a vault. The library never comes from the vault's folder: somebody
 * who can write there would choose the code that gets the PIN.
 * @throws Failure 'vault-unknown' | 'vault-other' | 'trust-damaged'
 */
export const recognise = async (store: TrustStore, vault: MetVault): Promise<Recognised> => {
  const known = await store.find(vault.id);
  if (known === null) return { known: await meetEvaluation(vault), isNew: true };
  refuseOther(known, vault);
  return { known, isNew: false };
};

/** @throws Failure 'vault-other' */
export const refuseOther = (
  { checkpointKey }: Pick<KnownVault, 'checkpointKey'>,
  vault: Pick<Vault, 'checkpointKey'>,
): void => {
  const fingerprint = fingerprintOfVault(vault);
  if (fingerprint === checkpointKey) return;
  throw otherVault(checkpointKey, fingerprint);
};

/** An evaluation token is in the folder; its library is the SoftHSM2 of this computer. */
const meetEvaluation = async (vault: MetVault): Promise<KnownVault> => {
  const token = vault.tables.meta.token();
  if (token?.inVault !== true) throw vaultUnknown(fingerprintOfVault(vault));
  const library = await libraryAt(requireSoftHsm(findModules(), process.platform));
  const { label, serial } = token;
  return meet(vault, { ...library, parameters: null, token: { label, serial }, inVault: true });
};

type Way = Pick<KnownVault, 'modulePath' | 'librarySha256' | 'parameters' | 'token' | 'inVault'>;

/** What is known about a vault that is new to this computer. */
export const meet = (vault: Pick<Vault, 'id' | 'checkpointKey'>, way: Way): KnownVault => ({
  version: 1,
  vault: vault.id,
  ...way,
  checkpointKey: fingerprintOfVault(vault),
  seen: null,
  sessions: false,
});
