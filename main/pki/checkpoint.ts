import type { VaultId } from '../../shared/ids.ts';
import { encodeNote, openNote, type NoteKey } from './note.ts';
import type { CheckpointKey } from './public-key.ts';

/* Checkpoints (c2sp.org/tlog-checkpoint): origin, size and root hash as a signed note. */

/** A ledger up to a record. */
export interface LedgerHead {
  /** Number of records. */
  readonly size: number;
  /** Merkle tree hash over them (RFC 6962 §2.1), 64 hex digits. */
  readonly root: string;
}

/** Which ledger a checkpoint speaks of: every epoch of a vault is a ledger of its own. */
export interface Origin {
  readonly vaultId: VaultId;
  /** 1 for the ledger the vault was made with; one more after each accepted rollback. */
  readonly epoch: number;
}

export interface Checkpoint extends LedgerHead {
  readonly epoch: number;
  /** The whole signed note. */
  readonly note: string;
  /** The signed bytes as text. */
  readonly text: string;
  readonly signature: Buffer;
}

export const originText = ({ vaultId, epoch }: Origin): string =>
  `claviger.invalid/${vaultId}/${epoch}`;

/** The key under the name with which it signs a ledger: its origin. */
export const noteKeyOf = (key: CheckpointKey, origin: Origin): NoteKey => ({
  name: originText(origin),
  curve: key.curve,
  spki: key.spki,
});

/** The text to be signed. @param head root in hex */
export const checkpointText = (origin: Origin, { size, root }: LedgerHead): string =>
  `${originText(origin)}\n${size}\n${Buffer.from(root, 'hex').toString('base64')}\n`;

const body =
  /^claviger\.invalid\/([0-9a-f]{32})\/([1-9]\d{0,8})\n([1-9]\d{0,14})\n([\w+/]{43}=)\n$/;

/** What a text claims, signed or not; null where it is no checkpoint of this program. */
export const parseCheckpointText = (
  text: string,
): (LedgerHead & { readonly vaultId: string; readonly epoch: number }) | null => {
  const [, vaultId, epoch, size, root] = body.exec(text) ?? [];
  if (vaultId === undefined || root === undefined) return null;
  const bytes = Buffer.from(root, 'base64');
  if (bytes.toString('base64') !== root) return null;
  return { vaultId, epoch: Number(epoch), size: Number(size), root: bytes.toString('hex') };
};

/** @param signature over `checkpointText` */
export const makeCheckpoint = (
  key: CheckpointKey,
  origin: Origin,
  head: LedgerHead,
  signature: Uint8Array,
): Checkpoint => {
  const text = checkpointText(origin, head);
  const note = encodeNote(text, noteKeyOf(key, origin), signature);
  const { size, root } = head;
  return { epoch: origin.epoch, size, root, note, text, signature: Buffer.from(signature) };
};

/** The checkpoint in a note that this key has signed for this vault, of whatever epoch; or null. */
export const openCheckpoint = (
  note: string,
  key: CheckpointKey,
  vaultId: string,
): Checkpoint | null => {
  const claimed = parseCheckpointText(note.slice(0, note.lastIndexOf('\n\n') + 1));
  if (claimed?.vaultId !== vaultId) return null;
  const { epoch, size, root } = claimed;
  const name = `claviger.invalid/${vaultId}/${epoch}`;
  const opened = openNote(note, { name, ...key });
  return opened === null ? null : { epoch, size, root, note, ...opened };
};
