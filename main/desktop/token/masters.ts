import path from 'node:path';
import type { Input, Output } from '../../../shared/contract.ts';
import type { Masters } from '../../../shared/contract/token.ts';
import { vaultNameNotTyped } from '../../../shared/messages/failures/masters.ts';
import { compromiseMasters, rotateMasters, rotationEffectsOf } from '../../keys/index.ts';
import type { OpenVault } from '../vault/index.ts';

/** The master keys of an open vault. */
export const mastersOfVault = ({ vault, folder }: OpenVault): Masters => ({
  created: vault.tables.masters.find('seal')?.created ?? null,
  vaultName: path.basename(folder),
  ...rotationEffectsOf(vault.tables),
});

/** Rotates them, once the vault's name was typed. @throws Failure 'usage' and as `rotateMasters` */
export const rotateMastersOf = async (
  { session, folder }: OpenVault,
  { vaultName, compromised, ...request }: Input<'token.rotateMasters'>,
): Promise<Output<'token.rotateMasters'>> => {
  const name = path.basename(folder);
  if (vaultName !== name) throw vaultNameNotTyped(name);
  await session.ready();
  const marked =
    compromised === null ? null : await compromiseMasters(session, { ...request, ...compromised });
  const rotated = await rotateMasters(session, request);
  return { ...rotated, marked: marked?.versions ?? 0 };
};
