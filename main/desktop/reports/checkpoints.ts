import { dialogs as titles } from '../../../shared/messages/desktop.ts';
import path from 'node:path';
import type { Output } from '../../../shared/contract.ts';
import type { CheckpointView, Comparison } from '../../../shared/contract/checkpoints.ts';
import { limits } from '../../../shared/limits.ts';
import { tooManyCheckpoints } from '../../../shared/messages/failures/desktop.ts';
import { fingerprintOf } from '../../pki/index.ts';
import {
  attachTimestamp,
  compareWitness,
  headOf,
  newestOf,
  readCheckpointFile,
  readReplyFile,
  timestampsOf,
  writeWitness,
} from '../../reports/index.ts';
import { refuseInVault } from '../../store/index.ts';
import { anchorWords } from '../../session/index.ts';
import type { Vault } from '../../vault/index.ts';
import type { Desk } from '../vault/index.ts';
import { type Dialogs, requireOnDisk } from '../common/index.ts';

export interface CheckpointsParts {
  readonly desk: Desk;
  readonly dialogs: Dialogs;
}

/** Checkpoints to be saved outside the vault: written, compared with the ledger, time-stamped. */
export class Checkpoints {
  readonly #parts: CheckpointsParts;

  constructor(parts: CheckpointsParts) {
    this.#parts = parts;
  }

  async current(): Promise<CheckpointView | null> {
    const { vault } = this.#parts.desk.unlocked;
    const newest = vault.newestCheckpoint;
    if (newest === null) return null;
    const { note, size, root } = newest;
    const last = await (await vault.audit()).line(size);
    const stamps = await timestampsOf(vault, vault.head.size);
    return {
      note,
      size,
      root,
      upTo: last?.record.time ?? null,
      records: vault.head.size,
      fingerprint: fingerprintOf(vault.checkpointKey.spki),
      anchor: anchorWords(vault),
      stamped: [...new Set(stamps.map((each) => each.size))].slice(-limits.listLength),
    };
  }

  async write(): Promise<Output<'checkpoints.write'>> {
    const { desk, dialogs } = this.#parts;
    const folder = await dialogs.pickFolder(titles.checkpointFolder);
    if (folder === null) return null;
    const { vault, session } = desk.unlocked;
    await refuseInVault(session.vaultDir, folder);
    await vault.record([
      { action: 'checkpoint.write', subject: { name: folder }, outcome: 'ok', details: {} },
    ]);
    const checkpoint = (await session.checkpoint()) ?? newestOf(vault);
    return { path: await writeWitness(vault, checkpoint, folder), size: checkpoint.size };
  }

  async pickAndCompare(): Promise<Comparison | null> {
    const [file] = await this.#parts.dialogs.pickFiles(titles.checkpoint);
    return file === undefined ? null : this.compare(file);
  }

  compare(file: string): Promise<Comparison> {
    return compareFile(this.#parts.desk.unlocked.vault, file);
  }

  /** @throws Failure unless that is one file of this computer */
  async compareDropped(files: readonly string[]): Promise<Comparison> {
    const [file] = files;
    requireOnDisk(files);
    if (file === undefined || files.length > 1) throw tooManyCheckpoints();
    return this.compare(file);
  }

  async attach(): Promise<Output<'checkpoints.attach'>> {
    const { desk, dialogs } = this.#parts;
    const [file] = await dialogs.pickFiles(titles.timestampReply);
    if (file === undefined) return null;
    const { size } = await attachTimestamp(desk.unlocked.vault, await readReplyFile(file));
    return { size };
  }
}

const compareFile = async (vault: Vault, file: string): Promise<Comparison> => {
  const note = await readCheckpointFile(file);
  const { agrees, isOther, words, kept } = await compareWitness(vault, note);
  const verdict = agrees ? 'inside' : isOther ? 'other-vault' : 'outside';
  const name = path.basename(file);
  return { name, verdict, words, kept: headOf(kept), records: vault.head.size };
};
