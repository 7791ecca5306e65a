import { mastersRotatedMeanwhile } from '../../shared/messages/failures/masters.ts';
import type { Masters } from '../engine/index.ts';
import type { ReadTables } from '../keystore/index.ts';
import { mastersOf } from '../session/index.ts';

/**
 * To be asked in the commit that stores a new key: what the token wrapped under masters that were
 * replaced meanwhile would never open again.
 * @throws Failure `key-state`
 */
export const refuseOtherMasters = (tables: ReadTables, { seal }: Masters): void => {
  const now = mastersOf(tables).seal.objectId;
  if (!Buffer.from(now).equals(seal.objectId)) throw mastersRotatedMeanwhile();
};
