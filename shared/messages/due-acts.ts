/** @param cause what refused it, as sentences */
export const rotationFailed = (name: string, cause: string): string =>
  `The key "${name}" was due to be rotated automatically, which failed. ${cause}`;

/** Why a due destruction was not carried out automatically. */
export const destructionPostponed = (name: string, version: number): string =>
  `Version ${version} of the key "${name}" is due to be destroyed. It was kept, because the vault was ` +
  'not locked in the day before, so this computer’s clock cannot be checked. If the clock is right, ' +
  'confirm the destruction.';
