import { savedCheckpoint as saved } from '../../shared/messages/reports/verification.ts';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { checkpointNotWritten } from '../../shared/messages/failures/disk.ts';
import { noCheckpoint } from '../../shared/messages/failures/reports.ts';
import { type Checkpoint, openCheckpoint, parseCheckpointText } from '../pki/index.ts';
import { consistencyProof } from '../ledger/index.ts';
import { isErrno, storageFailure } from '../system/index.ts';
import type { Vault } from '../vault/index.ts';

/*
 * Somebody else keeps a checkpoint: whoever has one can tell later whether the ledger was
 * shortened or changed since, whatever became of the vault's folder and its token.
 */

/** Writes a checkpoint into a folder under a name of its own, on disk. @returns its path */
export const writeWitness = async (
  vault: Vault,
  checkpoint: Checkpoint,
  folder: string,
): Promise<string> => {
  const name = `claviger-${vault.id}-epoch-${checkpoint.epoch}-size-${checkpoint.size}.checkpoint`;
  const file = path.join(folder, name);
  try {
    const handle = await open(file, 'wx', 0o644);
    try {
      await handle.writeFile(checkpoint.note);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // The same name means the same checkpoint, and what is there was meant to stay.
    if (isErrno(error, 'EEXIST')) return file;
    throw storageFailure(error, checkpointNotWritten);
  }
  return file;
};

export interface WitnessVerdict {
  readonly agrees: boolean;
  /** It says itself that it is of another vault, so it says nothing about this one. */
  readonly isOther: boolean;
  /** A sentence. */
  readonly words: string;
  /** The kept checkpoint; null where the note is not one of this vault. */
  readonly kept: Checkpoint | null;
  /** RFC 6962 §2.1.2 proof from the kept checkpoint to the newest one, hex; null where there is none. */
  readonly proof: readonly string[] | null;
}

/** Compares a checkpoint that somebody kept with today's ledger; the ledger says so. */
export const compareWitness = async (vault: Vault, note: string): Promise<WitnessVerdict> => {
  const verdict = compareWith(vault, note);
  const { agrees, kept, words } = verdict;
  await vault.recordLook({
    action: 'checkpoint.compare',
    subject: {},
    outcome: agrees ? 'ok' : 'failed',
    details: { kept: headOf(kept), words },
  });
  return verdict;
};

/** What is said of a checkpoint, in results and in the ledger. */
export const headOf = (
  kept: Checkpoint | null,
): Pick<Checkpoint, 'epoch' | 'size' | 'root'> | null =>
  kept && { epoch: kept.epoch, size: kept.size, root: kept.root };

const compareWith = (vault: Vault, note: string): WitnessVerdict => {
  const key = vault.checkpointKey;
  const kept = openCheckpoint(note, key, vault.id);
  const none = { agrees: false, isOther: false, kept, proof: null };
  const no = (problem: string): WitnessVerdict => ({ ...none, words: problem });
  const other = vaultOf(note);
  if (other !== null && other !== vault.id)
    return { ...no(saved.otherVault(other)), isOther: true };
  if (kept === null) return no(saved.notSigned);
  if (kept.epoch !== vault.origin.epoch)
    return no(saved.otherEpoch(kept.epoch, vault.origin.epoch));
  const { size } = vault.head;
  if (kept.size > size) return no(saved.shortened(size, kept.size));
  if (vault.tree.root(kept.size).toString('hex') !== kept.root) return no(saved.changed(kept.size));
  const newest = vault.newestCheckpoint?.size ?? size;
  const proof =
    newest < kept.size
      ? null
      : consistencyProof(vault.tree, kept.size, newest).map((hash) => hash.toString('hex'));
  const words = saved.ok(kept.size, size - kept.size);
  return { agrees: true, isOther: false, words, kept, proof };
};

const vaultOf = (note: string): string | null =>
  parseCheckpointText(note.slice(0, note.lastIndexOf('\n\n') + 1))?.vaultId ?? null;

/** @throws Failure where there is no checkpoint to show */
export const newestOf = (vault: Vault): Checkpoint => {
  const newest = vault.newestCheckpoint;
  if (newest !== null) return newest;
  throw noCheckpoint();
};
