import { wrongNumber } from '../../shared/messages/ledger/verification.ts';
import type { StoreReader } from '../store/index.ts';
import type { LedgerHead } from '../pki/index.ts';
import { LedgerFacts } from './facts.ts';
import { readLines } from './lines.ts';
import { MerkleTree } from './merkle.ts';
import { parseLine, type LedgerRecord } from './record.ts';
import { type RecordHead, RecordScanner } from './record-scanner.ts';

/** Something that is wrong with one line. */
export interface LineFinding {
  /** The number that the record has or should have: 1 for the first. */
  readonly record: number;
  /** Offset in the file of the first byte that is wrong. */
  readonly byte: number;
  readonly problem: string;
}

/** What is known of a ledger after its lines were read. */
export class LedgerScan {
  readonly tree: MerkleTree;
  /** What the lines say, whoever wrote them. */
  readonly facts: LedgerFacts;
  /** Length of all complete lines, in bytes. */
  bytes: number;
  /** The newest line that shows a session, without its LF. */
  lastMarked: Buffer | null = null;
  lastAction: string | null = null;
  readonly #scanner = new RecordScanner();

  /** @param bytes where the records that are known already end */
  constructor(tree = new MerkleTree(), facts = new LedgerFacts(), bytes = 0) {
    this.tree = tree;
    this.facts = facts;
    this.bytes = bytes;
  }

  head(): LedgerHead {
    return { size: this.tree.size, root: this.tree.root().toString('hex') };
  }

  /** Takes the next line, given without its LF; a line that is wrong is a leaf all the same. */
  take(line: Buffer): Taken {
    const taken = this.look(line);
    this.add(line, taken);
    return taken;
  }

  /** What the next line is, without taking it. */
  look(line: Buffer): Taken {
    const { bytes: byte } = this;
    const written = this.#scanner.read(line);
    if (written !== null && this.facts.ignores(written.action))
      return { kind: 'scanned', record: written, finding: this.#number(written.seq, byte) };
    const { record, fault } = parseLine(line);
    if (fault === null) return { kind: 'parsed', record, finding: this.#number(record.seq, byte) };
    const { at, problem } = fault;
    return {
      kind: 'faulty',
      finding: { record: this.tree.size + 1, byte: byte + at, problem },
    };
  }

  add(line: Buffer, taken: Taken): void {
    this.tree.appendEntry(line);
    this.bytes += line.length + 1;
    if (showsSession(line)) this.lastMarked = line;
    if (taken.kind !== 'faulty') this.lastAction = taken.record.action;
    if (taken.kind === 'parsed') this.facts.observe(taken.record);
  }

  #number(seq: number, byte: number): LineFinding | null {
    const record = this.tree.size + 1;
    return seq === record ? null : { record, byte, problem: wrongNumber(seq) };
  }
}

/** Such a line ends with `mac`, a string; every other one with `details`, an object. */
const showsSession = (line: Buffer): boolean => line.at(-2) === 0x22;

/** A line: no record; one that was parsed; or one whose bytes are those that the program writes. */
export type Taken =
  | { readonly kind: 'faulty'; readonly finding: LineFinding }
  | Read<'parsed', LedgerRecord>
  | Read<'scanned', RecordHead>;

interface Read<Kind, Record> {
  readonly kind: Kind;
  readonly record: Record;
  readonly finding: LineFinding | null;
}

/** Reads the ledger from where the scan is; returns what follows its last LF. Changes nothing. */
export const scanLedger = (
  store: StoreReader,
  scan: LedgerScan,
  onLine: (taken: Taken, line: Buffer, offset: number) => void,
): Promise<Buffer> =>
  readLines(store, { from: scan.bytes }, (line, offset) => {
    onLine(scan.take(line), line, offset);
  });
