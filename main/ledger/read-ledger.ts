import { ledgerEmpty, recordDamaged } from '../../shared/messages/failures/ledger.ts';
import type { StoreReader } from '../store/index.ts';
import { CheckpointBook } from './checkpoint-book.ts';
import { LedgerFacts } from './facts.ts';
import { readOn } from './read-on.ts';
import { type ReadLedger, resumeLedger } from './resume.ts';
import { LedgerScan } from './scan.ts';
import type { Prefix } from './signed-prefix.ts';

/**
 * Reads and checks every line, or those that follow a signed summing-up; changes nothing.
 * @throws Failure 'ledger-damaged'
 */
export const readLedger = async (store: StoreReader): Promise<ReadLedger> => {
  const { candidates } = await CheckpointBook.open(store);
  return (await resumeLedger(store, candidates)) ?? (await readWhole(store, candidates));
};

/** @param notes checkpoints that may be of this ledger @throws Failure 'ledger-damaged' */
export const readWhole = async (
  store: StoreReader,
  notes: readonly string[],
): Promise<ReadLedger> => {
  const scan = new LedgerScan();
  const { signed, fault, rest, signedSize } = await readOn(store, scan, notes);
  if (fault !== null && (scan.tree.size === 0 || scan.tree.size < signedSize))
    throw recordDamaged(fault.record, fault.byte, fault.problem);
  if (scan.tree.size === 0) throw ledgerEmpty();
  const nothing = { records: 0, bytes: 0 };
  return { scan, signed: signed ?? unsigned(scan), rest, unread: nothing };
};

/** Of a ledger that nothing signs, only what its first record says of itself is known. */
const unsigned = (scan: LedgerScan): Prefix => {
  const facts = new LedgerFacts();
  if (scan.facts.first !== null) facts.observe(scan.facts.first);
  return { size: 0, bytes: 0, facts, end: null };
};
