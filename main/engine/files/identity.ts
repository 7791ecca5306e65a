import { type BigIntStats, type StatsFs, statfsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';

/** Which file or folder this is, whatever it is called. */
export interface Identity {
  /** null: not known any more. A disk may get another number when it is mounted again. */
  readonly device: string | null;
  readonly inode: string;
}

export const identityOf = ({ dev, ino }: BigIntStats): Identity & { readonly device: string } => ({
  device: String(dev),
  inode: String(ino),
});

export const isSame = (one: Identity, other: Identity): boolean =>
  one.inode === other.inode && isSameDisk(one, other);

export const isSameDisk = (one: Identity, other: Identity): boolean =>
  one.device === null || other.device === null || one.device === other.device;

/** FAT, exFAT, FUSE, CIFS and SMB2, as statfs(2) names them. */
const withoutLastingNumbers: ReadonlySet<number> = new Set([
  0x4d44, 0x2011bab0, 0x65735546, 0xff534d42, 0xfe534d42,
]);

const areLasting = ({ type }: StatsFs): boolean => !withoutLastingNumbers.has(type);

/**
 * Whether a file keeps its inode number. Some file systems make the numbers up, and give a file
 * another one once they have forgotten it.
 */
export const hasLastingNumbers = (place: string): Promise<boolean> =>
  statfs(place).then(areLasting, () => true);

/** As {@link hasLastingNumbers}, for workers, which wait. */
export const hasLastingNumbersSync = (place: string): boolean => {
  try {
    return areLasting(statfsSync(place));
  } catch {
    return true;
  }
};
