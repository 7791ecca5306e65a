import type { Calls } from '../rpc/index.ts';
import type { EngineCalls } from './api.ts';
import { destroyMasters } from './keys/destroy-masters.ts';
import { proveBlobs, rewrapBlobs } from './keys/rewrap-blobs.ts';
import {
  createMasters,
  findMasters,
  type Masters,
  requireMasters,
  type VaultToken,
} from './keys/vault-token.ts';
import type { TokenConnection } from './pkcs11/connection.ts';
import { keyLimitsOf } from './pkcs11/profile.ts';

/** What these calls need of the engine. */
interface Access {
  readonly connection: () => TokenConnection;
  /** The masters in use; null where there are none. */
  readonly inUse: () => { readonly masters: Masters } | null;
  /** The same in the token. @throws Failure where there are none */
  readonly token: () => VaultToken;
  /** Runs `work` while no worker uses the token. */
  readonly alone: <T>(work: () => T) => Promise<T>;
}

/** What is about the master keys. */
export type MasterCalls = Pick<
  Calls<EngineCalls>,
  | 'createMasters'
  | 'useMasters'
  | 'leaveMasters'
  | 'rewrapBlobs'
  | 'proveBlobs'
  | 'requireMasters'
  | 'destroyMasters'
>;

/** The calls that make, exchange and destroy master keys. */
export const masterCalls = ({
  connection,
  inUse,
  token,
  alone,
}: Access): Omit<MasterCalls, 'useMasters' | 'leaveMasters'> => ({
  createMasters: ({ vaultId, profile, ids }) =>
    alone(() => createMasters(connection(), vaultId, keyLimitsOf(profile), ids)),
  rewrapBlobs: ({ to, keys }) => {
    const from = token();
    return rewrapBlobs(from, findMasters({ ...from, masters: to }), keys);
  },
  proveBlobs: ({ keys }) => proveBlobs(token(), keys),
  requireMasters: ({ masters }) => requireMasters(connection(), masters),
  destroyMasters: ({ masters }) => {
    const { wrap, seal } = inUse()?.masters ?? {};
    const isUsed = ({ objectId }: { readonly objectId: Uint8Array }): boolean =>
      [wrap, seal].some((used) => used && Buffer.from(used.objectId).equals(objectId));
    if (masters.some(isUsed)) throw new Error('masters in use are never destroyed');
    return alone(() => destroyMasters(connection(), masters));
  },
});
