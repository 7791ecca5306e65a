import { type Checkpoint, checkpointText, makeCheckpoint, type Origin } from '../pki/index.ts';
import { leafHash } from '../ledger/index.ts';
import type { FirstSigner } from './vault-context.ts';

/** The checkpoint over the first record alone. @param line with its LF */
export const signFirst = async (
  line: Buffer,
  origin: Origin,
  signer: FirstSigner,
): Promise<Checkpoint> => {
  const head = { size: 1, root: leafHash(line.subarray(0, -1)).toString('hex') };
  return makeCheckpoint(
    signer.key,
    origin,
    head,
    await signer.sign(Buffer.from(checkpointText(origin, head))),
  );
};
