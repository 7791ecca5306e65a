import { recordChangedWhileOpen } from '../../shared/messages/failures/ledger.ts';
import {
  leafHash,
  type LedgerRecord,
  type MerkleTree,
  parseLine,
  RecordScanner,
} from '../ledger/index.ts';
import type { Vault } from '../vault/index.ts';
import { fits } from './filter.ts';
import type { ReportFilter, ReportRecord } from './report.ts';

/** One line of the ledger that belongs into a report. */
export interface SelectedLine {
  readonly record: LedgerRecord;
  readonly proved: ReportRecord;
}

/**
 * What a report asks for, found by looking at every line of the ledger, in order: no index says
 * what is there. Each line must be the one under which the tree was built.
 */
export class Selection {
  readonly #tree: Pick<MerkleTree, 'leaf'>;
  readonly #filter: ReportFilter;
  readonly #scanner = new RecordScanner();
  readonly #onLine: (line: SelectedLine) => void;
  #size = 0;
  #first: number | null = null;
  #last = 0;
  #opening: ReportRecord | null = null;
  #newest: ReportRecord | null = null;
  #before: ReportRecord | null = null;
  #after: ReportRecord | null = null;

  /** @param onLine gets those that fit, oldest first */
  constructor(
    tree: Pick<MerkleTree, 'leaf'>,
    filter: ReportFilter,
    onLine: (line: SelectedLine) => void,
  ) {
    this.#tree = tree;
    this.#filter = filter;
    this.#onLine = onLine;
  }

  /** How many lines it has seen. */
  get size(): number {
    return this.#size;
  }

  /** From the first record that is not too early to the last one that is not too late. */
  get range(): { readonly first: number; readonly last: number } {
    return { first: this.#first ?? this.#size + 1, last: this.#last };
  }

  /** The record before the range, and the one behind it as far as it was seen. */
  get beside(): { readonly before: ReportRecord | null; readonly after: ReportRecord | null } {
    return { before: this.#first === null ? this.#newest : this.#before, after: this.#after };
  }

  /** Record 1. */
  get opening(): ReportRecord {
    if (this.#opening === null) throw new Error('the ledger holds no record');
    return this.#opening;
  }

  /** @param line its bytes without the LF @throws Failure 'ledger-damaged' */
  take(line: Buffer): void {
    this.#size += 1;
    const leaf = leafHash(line);
    if (!leaf.equals(this.#tree.leaf(this.#size - 1))) throw recordChangedWhileOpen(this.#size);
    const proved = { seq: this.#size, leaf: leaf.toString('hex'), line: line.toString('utf8') };
    this.#opening ??= proved;
    const written = this.#scanner.read(line);
    this.#bound(written?.time ?? recordOf(line, this.#size).time, proved);
    this.#newest = proved;
    if (written !== null && !this.#mayFit(written.time, proved.line)) return;
    const record = recordOf(line, this.#size);
    if (fits(record, this.#filter)) this.#onLine({ record, proved });
  }

  #bound(time: string, proved: ReportRecord): void {
    const { since, until } = this.#filter;
    if (this.#first === null && (since === undefined || time >= since)) {
      this.#first = this.#size;
      this.#before = this.#newest;
    }
    if (until === undefined || time < until) {
      this.#last = this.#size;
      this.#after = null;
    } else this.#after ??= proved;
  }

  /** Spares parsing: what a line does not even hold as text, the record in it cannot have. */
  #mayFit(time: string, line: string): boolean {
    const { since, until, key, batch } = this.#filter;
    return (
      (since === undefined || time >= since) &&
      (until === undefined || time < until) &&
      (key === undefined || line.includes(key)) &&
      (batch === undefined || line.includes(batch))
    );
  }
}

/**
 * Looks at the whole ledger, also at what comes in meanwhile.
 * @param look called before each line: what it throws ends the looking
 * @returns where it ended, in bytes
 */
export const selectFrom = async (
  vault: Pick<Vault, 'readLedger' | 'head'>,
  selection: Selection,
  look: () => void,
): Promise<number> => {
  let end = 0;
  do
    end = await vault.readLedger(end, (line) => {
      look();
      selection.take(line);
    });
  while (selection.size < vault.head.size);
  return end;
};

const recordOf = (line: Buffer, seq: number): LedgerRecord => {
  const { record } = parseLine(line);
  if (record?.seq !== seq) throw recordChangedWhileOpen(seq);
  return record;
};
