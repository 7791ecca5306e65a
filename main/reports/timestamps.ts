import * as v from 'valibot';
import { replyOfOtherVault } from '../../shared/messages/failures/reports.ts';
import { openCheckpoint } from '../pki/index.ts';
import { sha256 } from '../system/index.ts';
import type { Vault } from '../vault/index.ts';
import { isReplyOver } from './reply.ts';
import type { ReportDocument } from './report.ts';

type Timestamp = ReportDocument['timestamps'][number];

const MAX_REPLY = 64 * 1024;

const timestampSchema = v.strictObject({
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  note: v.string(),
  reply: v.pipe(v.string(), v.base64()),
});
const lineSchema = v.pipe(v.string(), v.parseJson(), timestampSchema);

/** Keeps a time-stamping authority's reply over one of the vault's checkpoints, and records it. */
export const attachTimestamp = async (vault: Vault, reply: Buffer): Promise<Timestamp> => {
  if (reply.length > MAX_REPLY) throw replyOfOtherVault();
  const notes = vault.checkpoints.toReversed();
  const kept = notes.find(({ note }) => isReplyOver(reply, note));
  const key = vault.checkpointKey;
  if (kept === undefined || openCheckpoint(kept.note, key, vault.id) === null)
    throw replyOfOtherVault();
  const { size, note } = kept;
  const timestamp = { size, note, reply: reply.toString('base64') };
  await vault.keepTimestamp(timestamp, {
    action: 'checkpoint.timestamp',
    subject: {},
    outcome: 'ok',
    details: { size, sha256: sha256(reply) },
  });
  return timestamp;
};

/** The replies over checkpoints of this epoch up to a size. */
export const timestampsOf = async (vault: Vault, size: number): Promise<Timestamp[]> => {
  const known = new Set(vault.checkpoints.map(({ note }) => note));
  const lines = (await vault.timestampLines()).map((line) => v.safeParse(lineSchema, line));
  return lines
    .flatMap(({ success, output }) => (success ? [output] : []))
    .filter((each) => each.size <= size && known.has(each.note));
};
