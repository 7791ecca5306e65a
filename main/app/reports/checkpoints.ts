import { open } from 'node:fs/promises';
import path from 'node:path';
import type { Output } from '../../../shared/contract.ts';
import type { CheckpointView, Comparison } from '../../../shared/contract/checkpoints.ts';
import { Failure } from '../../../shared/failure.ts';
import { limits } from '../../../shared/limits.ts';
import { fingerprintOf } from '../../ledger/note.ts';
import { attachTimestamp, timestampsOf } from '../../reports/timestamps.ts';
import { compareWitness, newestOf, writeWitness } from '../../reports/witness.ts';
import { anchorWords } from '../../session/checkpointing.ts';
import { storageFailure } from '../../vault/storage-failure.ts';
import type { Vault } from '../../vault/vault.ts';
import type { Desk } from '../desk.ts';
import type { Dialogs } from '../dialogs.ts';

export interface CheckpointsParts {
  readonly desk: Desk;
  readonly dialogs: Dialogs;
}

/** Checkpoints for outside witnesses: written out, compared with today's ledger, time-stamped. */
export class Checkpoints {
  readonly #parts: CheckpointsParts;

  constructor(parts: CheckpointsParts) {
    this.#parts = parts;
  }

  async current(): Promise<CheckpointView | null> {
    const { vault } = this.#parts.desk.unlocked;
    const newest = vault.newestCheckpoint;
    if (newest === null || vault.checkpointKey === null) return null;
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
    const folder = await dialogs.pickFolder('Choose where the checkpoint is to be kept');
    if (folder === null) return null;
    const { vault, session } = desk.unlocked;
    await vault.record([
      { action: 'checkpoint.write', subject: { name: folder }, outcome: 'ok', details: {} },
    ]);
    const checkpoint = (await session.checkpoint()) ?? newestOf(vault);
    return { path: await writeWitness(vault, checkpoint, folder), size: checkpoint.size };
  }

  async pickAndCompare(): Promise<Comparison | null> {
    const [file] = await this.#parts.dialogs.pickFiles('Choose a kept checkpoint');
    return file === undefined ? null : this.compare(file);
  }

  async compare(file: string): Promise<Comparison> {
    const { vault } = this.#parts.desk.unlocked;
    return compareFile(vault, path.basename(file), await readSmall(file));
  }

  async attach(): Promise<Output<'checkpoints.attach'>> {
    const { desk, dialogs } = this.#parts;
    const [file] = await dialogs.pickFiles('Choose the reply of a time-stamping authority');
    if (file === undefined) return null;
    const { size } = await attachTimestamp(desk.unlocked.vault, await readSmall(file));
    return { size };
  }
}

const compareFile = async (vault: Vault, name: string, bytes: Buffer): Promise<Comparison> => {
  const { agrees, words, kept } = compareWitness(vault, bytes.toString('utf8'));
  const head = kept && { epoch: kept.epoch, size: kept.size, root: kept.root };
  await vault.recordLook({
    action: 'checkpoint.compare',
    subject: {},
    outcome: agrees ? 'ok' : 'failed',
    details: { kept: head, words },
  });
  return { name, agrees, words, kept: head, records: vault.head.size };
};

/** A note or a reply is small; whatever is larger is neither. */
const SMALL = 64 * 1024;

const readSmall = async (file: string): Promise<Buffer> => {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      if (size > SMALL) throw tooLarge(file);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw storageFailure(error, `${path.basename(file)} cannot be read`, {
      unharmed: 'Nothing was changed.',
    });
  }
};

const tooLarge = (file: string): Failure =>
  new Failure('usage', `${path.basename(file)} is too large to be a checkpoint or a reply.`, {
    unharmed: 'It was not read, and nothing was changed.',
    next: 'Choose another file.',
  });
