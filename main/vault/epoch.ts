import type { JsonObject } from '../json/index.ts';
import {
  encodeRecord,
  type EpochHead,
  type Ledger,
  LEDGER_FORM,
  type Stamp,
  stampRecord,
  vaultActions,
} from '../ledger/index.ts';
import { type Storage, vaultFiles } from '../store/index.ts';
import { signFirst } from './first-checkpoint.ts';
import type { CheckpointSigner } from './ledger-token.ts';

/** Why a rollback is accepted, and what the token said before. */
export interface Acceptance {
  readonly reason: string;
  /** The newest head that the token or the folder had signed; null where there was none. */
  readonly accepted: EpochHead | null;
  /** Its note: the evidence that the folder was newer once. */
  readonly note: string | null;
  /** Every note that the token holds as an anchor: none of them counts any more. */
  readonly anchors: readonly string[];
  /** The findings that are accepted, as sentences. */
  readonly findings: readonly string[];
  /** The newest epoch that anything signed speaks of. */
  readonly newestEpoch: number;
  /** SHA-256 (hex) of the keystore that goes on: one that a record of ours names. */
  readonly keystore: string;
}

export interface NewEpoch {
  readonly epoch: number;
  /** Its first checkpoint: the next anchor. */
  readonly note: string;
}

/**
 * Begins a new ledger for the vault: its first record holds both heads and the reason, and its
 * first checkpoint is signed before it is in force. The old ledger and its checkpoints stay under
 * other names. The commit point is the rename of ledger.next.
 * @returns the new epoch and the note of its first checkpoint
 */
export const beginEpoch = async (
  storage: Storage,
  ledger: Ledger,
  stamp: Stamp,
  acceptance: Acceptance,
  signer: CheckpointSigner,
): Promise<NewEpoch> => {
  const { facts } = ledger;
  const { vaultId, checkpointKey: key } = facts;
  if (vaultId === null || key === null) throw new Error('this vault signs nothing');
  // An attempt that was interrupted may have signed the next one already.
  const epoch = Math.max(facts.epoch, acceptance.newestEpoch) + 1;
  const line = encodeRecord({
    seq: 1,
    ...stampRecord(stamp, {
      action: vaultActions.epoch,
      subject: { vault: vaultId },
      outcome: 'ok',
      details: firstDetails(ledger, epoch, acceptance),
    }),
  });
  const sign = signer.sign.bind(signer);
  const { note } = await signFirst(line, { vaultId, epoch }, { key, sign });
  await storage.writeSynced(vaultFiles.ledgerNext, line);
  await storage.writeSynced(vaultFiles.checkpointNext, Buffer.from(note));
  await storage.syncFolder();
  await setAside(storage, facts.epoch);
  await completeEpoch(storage);
  await storage.rename(vaultFiles.checkpointNext, vaultFiles.checkpoint);
  await storage.remove(vaultFiles.hashes);
  await storage.remove(vaultFiles.resume);
  await storage.syncFolder();
  return { epoch, note };
};

const firstDetails = (ledger: Ledger, epoch: number, acceptance: Acceptance): JsonObject => {
  const { facts, head } = ledger;
  const { reason, accepted, note, anchors, findings, keystore } = acceptance;
  return {
    ...facts.first?.details,
    form: LEDGER_FORM,
    epoch,
    reason,
    findings,
    // The anchor that the token still holds if a crash comes before the new one.
    accepted: accepted === null ? null : { ...accepted },
    acceptedNote: note,
    acceptedNotes: anchors,
    previous: { epoch: facts.epoch, size: head.size, root: head.root },
    keystore,
  };
};

const setAside = async (storage: Storage, epoch: number): Promise<void> => {
  const names = new Set(await storage.list());
  const free = (start: string): string => {
    let name = `${start}${epoch}.jsonl`;
    while (names.has(name)) name = name.replace('.jsonl', 'x.jsonl');
    return name;
  };
  if (names.has(vaultFiles.checkpoints))
    await storage.rename(vaultFiles.checkpoints, free(vaultFiles.oldCheckpoints));
  await storage.rename(vaultFiles.ledger, free(vaultFiles.oldLedger));
  await storage.syncFolder();
};

/** True between the two renames: the old ledger has its new name, the new one not yet. */
export const isBetweenEpochs = (names: readonly string[]): boolean =>
  !names.includes(vaultFiles.ledger) &&
  names.includes(vaultFiles.ledgerNext) &&
  names.some((name) => name.startsWith(vaultFiles.oldLedger));

/** The commit point of a new epoch, also after a crash. */
export const completeEpoch = async (storage: Storage): Promise<void> => {
  if (!isBetweenEpochs(await storage.list())) return;
  await storage.rename(vaultFiles.ledgerNext, vaultFiles.ledger);
  await storage.syncFolder();
};
