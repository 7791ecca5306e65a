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
import type { Store } from '../store/index.ts';
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
  /** The newest epoch for which anything is signed. */
  readonly newestEpoch: number;
  /** SHA-256 (hex) of the keystore that is carried over: one that a record of ours names. */
  readonly keystore: string;
}

export interface NewEpoch {
  readonly epoch: number;
  /** Its first checkpoint: the next anchor. */
  readonly note: string;
}

/**
 * Starts a new ledger for the vault: its first record holds both heads and the reason, and its
 * first checkpoint is signed before it is in force.
 * @returns the new epoch and the note of its first checkpoint
 */
export const beginEpoch = async (
  store: Store,
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
  let note = '';
  await store.beginEpoch({
    line,
    ended: facts.epoch,
    sign: async () => {
      const sign = signer.sign.bind(signer);
      ({ note } = await signFirst(line, { vaultId, epoch }, { key, sign }));
      return note;
    },
  });
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
