import { evaluationVaultsOnly } from '../../../shared/messages/failures/desktop.ts';
import type { EngineProcess } from '../../engine/index.ts';
import type { TrustStore } from '../../trust/index.ts';
import { Vault, type VaultContext } from '../../vault/index.ts';
import type { SettingsStore } from '../settings/index.ts';
import { OpenVault, type OpenVaultParts } from './open-vault.ts';

export interface VaultSurroundings {
  readonly settings: SettingsStore;
  readonly vaultContext: VaultContext;
  readonly startEngine: () => EngineProcess;
  readonly trust: TrustStore;
  /** False on an unofficial Electron: evaluation vaults only. */
  readonly anyToken: boolean;
}

/**
 * Opens a vault's folder, locked. @throws Failure if that fails or is not allowed on this runtime
 */
export const enterVault = async (
  place: Pick<OpenVaultParts, 'id' | 'folder' | 'onEngineLost' | 'onRecovery' | 'onPinAwaited'>,
  { vaultContext, startEngine, trust, settings, anyToken }: VaultSurroundings,
): Promise<OpenVault> => {
  const vault = await Vault.open(place.folder, vaultContext);
  if (!anyToken && !vault.tables.meta.isEvaluation()) {
    await vault.close();
    throw evaluationVaultsOnly();
  }
  return new OpenVault({
    ...place,
    vault,
    startEngine,
    trust,
    lifetimes: () => ({
      idleMs: settings.values.cacheIdleMinutes * 60_000,
      absoluteMs: settings.values.cacheMinutes * 60_000,
    }),
  });
};
