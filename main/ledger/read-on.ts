import type { StoreReader } from '../store/index.ts';
import { readLines } from './lines.ts';
import type { LedgerScan, LineFinding } from './scan.ts';
import { SignedPrefix, type Prefix } from './signed-prefix.ts';

interface Read {
  readonly signed: Prefix | null;
  /** How many records the largest checkpoint covers, whether the ledger fits it or not. */
  readonly signedSize: number;
  readonly fault: LineFinding | null;
  readonly rest: number;
}

/** Reads the lines behind a scan up to the first that is none. */
export const readOn = async (
  store: StoreReader,
  scan: LedgerScan,
  notes: readonly string[],
): Promise<Read> => {
  const watch = new SignedPrefix(notes);
  let fault: LineFinding | null = null;
  let end = scan.bytes;
  const from = scan.bytes;
  const torn = await readLines(store, { from }, (line, offset) => {
    end = offset + line.length + 1;
    if (fault !== null) return;
    const taken = scan.look(line);
    fault = taken.finding;
    if (fault !== null) return;
    scan.add(line, taken);
    watch.check(scan);
  });
  const rest = end + torn.length - scan.bytes;
  return { signed: watch.found, signedSize: watch.largest(scan)?.size ?? 0, fault, rest };
};
