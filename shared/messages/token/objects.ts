/** Of the objects in a token that are not as the keystore says. */

// What differs, beside the object's name

export const otherLabel = (label: string): string => `its label should be ${label}`;

export const several = (count: number): string =>
  `${count} objects have this label and ID, so none of them is used`;

/** @param differences like "CKA_EXTRACTABLE is not false" */
export const otherAttributes = (differences: string): string =>
  `its attributes are not as it was made: ${differences}`;

export const otherKey = 'it is another key with the same name: verification failed';

/** @param names of the first ones, like "version 1 of “archive”" */
export const keysMissing = (names: readonly string[], more: number): string =>
  `The token does not hold ${names.join(', ')}${more === 0 ? '' : ` and ${more} more`}. ` +
  'Files encrypted with a missing key cannot be decrypted.';

export const versionName = (name: string, version: number): string =>
  `version ${version} of the key “${name}”`;

// What it is, and what to do

export type ObjectKind = 'missing' | 'altered' | 'orphaned' | 'left';
export type ObjectRole = 'wrap' | 'seal' | 'sign' | 'report' | 'key' | 'unknown';

export const kindNames: Readonly<Record<ObjectKind, string>> = {
  missing: 'missing',
  altered: 'altered',
  orphaned: 'orphaned',
  left: 'not destroyed',
};

const roles: Readonly<Record<ObjectRole, string>> = {
  wrap: 'The wrapping master key',
  seal: 'The sealing master key',
  sign: 'The key that signs checkpoints',
  report: 'The key that signs reports',
  key: 'A resident key',
  unknown: 'An object with the name of this vault',
};

/** @param version of a key that the keystore knows; null for everything else */
export const objectName = (
  role: ObjectRole,
  version: { readonly name: string; readonly version: number } | null,
): string =>
  version === null ? roles[role] : `Version ${version.version} of the key “${version.name}”`;

const BACKUP = 'Restore it from the backup of the token vendor.';

/**
 * What to do about it, in sentences.
 * @param accepted an older copy of the vault was accepted, so the keystore may lack keys that files need
 */
export const objectAdvice = (kind: ObjectKind, role: ObjectRole, accepted: boolean): string => {
  switch (kind) {
    case 'missing':
      return role === 'report'
        ? `No report can be signed as a PDF. ${BACKUP}`
        : `Files encrypted with it cannot be decrypted without it. ${BACKUP}`;
    case 'altered':
      return `It is not used. Somebody with the PIN may have changed it: find out who. ${BACKUP}`;
    case 'orphaned':
      return accepted && role === 'key'
        ? 'An older copy of this vault was accepted, which does not know it: files may need it. It is not removed here.'
        : 'The keystore does not name it: a crash may have left it. It can be removed.';
    case 'left':
      return 'The ledger says that it was destroyed, and it is still there. Remove it.';
  }
};
