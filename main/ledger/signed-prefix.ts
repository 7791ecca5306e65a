import { type Checkpoint, openCheckpoint, parseCheckpointText } from '../pki/index.ts';
import type { LedgerFacts } from './facts.ts';
import { parseLine } from './record.ts';
import type { LedgerScan } from './scan.ts';
import { endOf, type SessionEnd } from './session-mac.ts';

/** A beginning of the ledger, and what it says. */
export interface Prefix {
  readonly size: number;
  readonly bytes: number;
  readonly facts: LedgerFacts;
  /** Where the newest session stands there; null where there was none. */
  readonly end: SessionEnd | null;
}

/** What a scan has read so far. */
export const prefixOf = (scan: LedgerScan, facts = scan.facts.copy()): Prefix => {
  const record = scan.lastMarked === null ? null : parseLine(scan.lastMarked).record;
  const end = record?.mark === undefined ? null : endOf(record.mark);
  return { size: scan.tree.size, bytes: scan.bytes, facts, end };
};

/** Watches a scan pass the sizes of signed checkpoints: the largest one that fits is kept. */
export class SignedPrefix {
  readonly #notes = new Map<number, string[]>();
  #found: Prefix | null = null;
  #largest: Checkpoint | null = null;

  /** @param notes of any origin, also damaged ones */
  constructor(notes: readonly string[]) {
    for (const note of notes) {
      const size = parseCheckpointText(note.slice(0, note.lastIndexOf('\n\n') + 1))?.size;
      if (size !== undefined) this.#notes.set(size, [...(this.#notes.get(size) ?? []), note]);
    }
  }

  /** Null where nothing that is signed fits. */
  get found(): Prefix | null {
    return this.#found;
  }

  /** The largest checkpoint of this ledger that its key signed, whether the ledger fits it or not. */
  largest(scan: LedgerScan): Checkpoint | null {
    if (this.#largest === null)
      for (const note of [...this.#notes.values()].flat()) {
        const opened = this.#open(note, scan);
        if (opened !== null && opened.size > (this.#largest?.size ?? 0)) this.#largest = opened;
      }
    return this.#largest;
  }

  /** To be called after each line. */
  check(scan: LedgerScan): void {
    const notes = this.#notes.get(scan.tree.size);
    if (notes === undefined) return;
    const root = scan.head().root;
    if (notes.some((note) => this.#open(note, scan)?.root === root)) this.#found = prefixOf(scan);
  }

  #open(note: string, { facts }: LedgerScan): Checkpoint | null {
    const { checkpointKey, vaultId, epoch } = facts;
    if (checkpointKey === null || vaultId === null) return null;
    const opened = openCheckpoint(note, checkpointKey, vaultId);
    return opened?.epoch === epoch ? opened : null;
  }
}
