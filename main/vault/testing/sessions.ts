import type { VaultId } from '../../../shared/ids.ts';
import { recordsUnsigned } from '../../../shared/messages/failures/vault.ts';
import type { DiskModel } from '../../store/testing/disk-model.ts';
import type { UnlockOptions } from '../unlocking.ts';
import { Vault, type VaultContext, type VaultCreation } from '../vault.ts';
import { newVaultId } from './context.ts';
import { SoftwareToken } from './software-token.ts';

/** Starts a session as the program does after the PIN. @throws Failure 'rolled-back' and the like */
export const unlock = async (
  vault: Vault,
  token: SoftwareToken,
  options: UnlockOptions = { seen: null },
): Promise<Vault> => {
  const examined = await vault.examine(token.ledger(), options);
  if (examined.kind === 'rolled-back') throw await vault.restrict(examined.verdict.findings);
  if (examined.kind === 'unsigned-tail')
    throw recordsUnsigned(examined.range.first, examined.range.last);
  await vault.begin(token.ledger(), examined);
  await vault.checkpoint('now');
  return vault;
};

/** Ends it as the program does. */
export const lock = async (vault: Vault): Promise<void> => {
  await vault.sumUp();
  await vault.record([{ action: 'vault.lock', subject: {}, outcome: 'ok', details: {} }]);
  await vault.checkpoint('now');
  vault.endSession();
};

export interface TestVault {
  readonly vault: Vault;
  readonly token: SoftwareToken;
}

type Creation = Partial<VaultCreation> & { readonly vaultId?: VaultId };

const creationOf = (token: SoftwareToken, creation: Creation): VaultCreation => ({
  vaultId: newVaultId(),
  ...token.first,
  ...creation,
  details: { ...token.details, ...creation.details },
});

/** A new vault in a session. */
export const createUnlocked = async (
  where: string | DiskModel,
  context: VaultContext,
  creation: Creation = {},
  token = new SoftwareToken(),
): Promise<TestVault> => {
  const whole = creationOf(token, creation);
  const vault =
    typeof where === 'string'
      ? await Vault.create(where, whole, context)
      : await Vault.createOn(where.store(), whole, context);
  return { vault: await unlock(vault, token), token };
};

/** Opens a vault and starts a session. */
export const openUnlocked = async (
  where: string | DiskModel,
  context: VaultContext,
  token: SoftwareToken,
): Promise<Vault> => {
  const vault =
    typeof where === 'string'
      ? await Vault.open(where, context)
      : await Vault.openOn(where.store(), context);
  try {
    return await unlock(vault, token);
  } catch (error) {
    await vault.close();
    throw error;
  }
};
