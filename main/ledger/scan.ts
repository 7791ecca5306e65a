import { vaultFiles } from '../vault/files.ts';
import type { Storage } from '../vault/storage.ts';
import { LedgerFacts } from './facts.ts';
import { readLines } from './lines.ts';
import { leafHash, MerkleTree } from './merkle.ts';
import { parseLine, type LedgerRecord } from './record.ts';

export interface LedgerHead {
  /** Number of records. */
  readonly size: number;
  /** Merkle tree hash over them (RFC 6962 §2.1), 64 hex digits. */
  readonly root: string;
}

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
  readonly facts: LedgerFacts;
  /** Length of all complete lines, in bytes. */
  bytes: number;

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
  take(line: Buffer): { record: LedgerRecord | null; finding: LineFinding | null } {
    const byte = this.bytes;
    this.tree.append(leafHash(line));
    this.bytes += line.length + 1;
    const expected = this.tree.size;
    const { record, fault } = parseLine(line);
    if (fault !== null)
      return {
        record: null,
        finding: { record: expected, byte: byte + fault.at, problem: fault.problem },
      };
    this.facts.observe(record);
    const problem = `It calls itself record ${record.seq}.`;
    const finding = record.seq === expected ? null : { record: expected, byte, problem };
    return { record, finding };
  }
}

export type Take = ReturnType<LedgerScan['take']>;

/** Reads the ledger from where the scan is; returns what follows its last LF. Changes nothing. */
export const scanLedger = (
  storage: Storage,
  scan: LedgerScan,
  onLine: (taken: Take, line: Buffer, offset: number) => void,
): Promise<Buffer> =>
  readLines(storage, vaultFiles.ledger, { from: scan.bytes }, (line, offset) => {
    onLine(scan.take(line), line, offset);
  });
