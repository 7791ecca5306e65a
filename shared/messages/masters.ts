import { counted } from '../numbers.ts';

/** What is said before the master keys are rotated. */

export interface RotationEffects {
  /** Versions of keys that are wrapped by the masters. */
  readonly wrapped: number;
  /** Versions of resident keys, which are not. */
  readonly resident: number;
  /** The token is in the vault's folder. */
  readonly inVault: boolean;
}

const versions = (count: number): string => counted(count, 'version of a key', 'versions of keys');

/** Sentences. */
export const rotationEffects = ({ wrapped, resident, inVault }: RotationEffects): string[] => [
  wrapped === 0
    ? 'New master keys are created in the token. They wrap no key yet.'
    : `New master keys are created in the token. It wraps ${versions(wrapped)} again under them.`,
  ...(resident === 0
    ? []
    : [`The master keys do not wrap resident keys: ${versions(resident)} will stay as before.`]),
  'The old master keys are then destroyed: copies and backups that were made before open nothing any more. Make new ones afterwards.',
  inVault
    ? 'But the evaluation token is in the folder of the vault: a copy of the folder has its own old master keys, and still opens with the PIN.'
    : 'Back up or clone the token again: earlier copies do not have the new master keys.',
  'Encrypted files are not touched and open as before.',
];

/** What is said before the masters are marked as compromised. */
export const compromiseEffect = (wrapped: number): string =>
  wrapped === 0
    ? 'The master keys wrap no key yet, so none becomes compromised.'
    : `Whoever has the master keys has the keys that they wrap: ${versions(wrapped)} will be marked as compromised, and only decrypt.`;

/** What an unlock made of a rotation that was interrupted. */
export const rotationSettled = {
  undone:
    'A rotation of the master keys was interrupted. It is undone: the master keys are the same as before.',
  finished:
    'A rotation of the master keys was interrupted. It is finished: the old master keys are destroyed.',
} as const;
