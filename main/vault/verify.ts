import * as words from '../../shared/messages/ledger/verification.ts';
import { Failure } from '../../shared/failure.ts';
import {
  checkSigned,
  encodeRecord,
  type Finding,
  Findings,
  firstDifference,
  type LedgerRecord,
  LedgerScan,
  MAX_FINDINGS,
  scanLedger,
  type SignedPart,
  type RecordHead,
} from '../ledger/index.ts';
import type { LedgerHead } from '../pki/index.ts';
import type { StoreReader } from '../store/index.ts';
import { matchKeystore } from './recovery.ts';

export interface LedgerVerdict extends LedgerHead, SignedPart {
  /** The first ones, at most `MAX_FINDINGS`. */
  readonly findings: readonly Finding[];
  /** How many there are altogether. */
  readonly total: number;
}

export interface VerifyOptions {
  /** Earlier heads that the reader trusts, from reports or notes: each must lie on this ledger. */
  readonly heads?: readonly LedgerHead[];
  /** Bytes of the ledger read since the last report. */
  readonly onProgress?: (bytes: number) => void;
}

const PROGRESS_STEP = 4 * 1024 * 1024;

/**
 * Checks every line of the ledger, all signed checkpoints, trusted earlier heads, and that the keystore is the one that
 * the ledger names. Changes nothing, needs no lock and no key.
 */
export const verifyLedger = async (
  store: StoreReader,
  { heads = [], onProgress }: VerifyOptions = {},
): Promise<LedgerVerdict> => {
  const findings = new Findings();
  const scan = new LedgerScan();
  const roots = new RootWatch(heads);
  const times = new TimeWatch();
  let reported = 0;
  if ((await store.state()) !== 'vault') return missing(scan);
  const tail = await scanLedger(store, scan, (taken, line, offset) => {
    if (taken.finding !== null) findings.damage(taken.finding);
    if (taken.kind === 'parsed') checkForm(findings, taken.record, line, offset);
    if (taken.kind !== 'faulty') times.check(findings, taken.record, offset);
    roots.check(scan, findings);
    if (scan.bytes - reported < PROGRESS_STEP) return;
    onProgress?.(scan.bytes - reported);
    reported = scan.bytes;
  });
  checkEnds(findings, scan, tail);
  roots.finish(scan, findings);
  const first = new Findings(); // reported first: which record is not what was signed
  const signed = await checkSigned(first, store, scan);
  await checkKeystore(findings, store, scan);
  return {
    ...scan.head(),
    ...signed,
    findings: [...first.first, ...findings.first].slice(0, MAX_FINDINGS),
    total: first.total + findings.total,
  };
};

const missing = (scan: LedgerScan): LedgerVerdict => {
  const problem = words.ledgerMissing;
  const findings = [{ kind: 'damage', record: null, byte: null, problem }] as const;
  return { ...scan.head(), signed: 0, checkpoints: 0, findings, total: 1 };
};

/** Compares the root with trusted heads as the tree passes their sizes. */
class RootWatch {
  readonly #expected: ReadonlyMap<number, readonly string[]>;

  constructor(heads: readonly LedgerHead[]) {
    const sizes = new Set(heads.map(({ size }) => size));
    this.#expected = new Map(
      [...sizes].map((at) => [at, heads.filter(({ size }) => size === at).map((h) => h.root)]),
    );
  }

  check(scan: LedgerScan, findings: Findings): void {
    const expected = this.#expected.get(scan.tree.size);
    if (expected === undefined) return;
    const { size, root } = scan.head();
    if (expected.some((each) => each !== root))
      findings.damage({
        record: null,
        byte: null,
        problem: words.trustedHeadDiffers(size),
      });
  }

  finish(scan: LedgerScan, findings: Findings): void {
    for (const size of this.#expected.keys())
      if (size > scan.tree.size)
        findings.damage({
          record: null,
          byte: scan.bytes,
          problem: words.trustedHeadLonger(scan.tree.size, size),
        });
  }
}

/** Duplicate names, other spellings of a value and the like: JSON, but not what was written. */
const checkForm = (
  findings: Findings,
  record: LedgerRecord,
  line: Buffer,
  offset: number,
): void => {
  const again = encodeRecord(record).subarray(0, -1);
  if (again.equals(line)) return;
  findings.damage({
    record: record.seq,
    byte: offset + firstDifference(again, line),
    problem: words.wrongForm,
  });
};

/** Compares each record's time with that of the one before. */
class TimeWatch {
  #previous = '';

  check(findings: Findings, { seq, time }: RecordHead, offset: number): void {
    if (time < this.#previous)
      findings.notice({
        record: seq,
        byte: offset,
        problem: words.clockBack(this.#previous, time),
      });
    this.#previous = time;
  }
}

const checkEnds = (findings: Findings, scan: LedgerScan, tail: Buffer): void => {
  if (scan.tree.size === 0) findings.damage({ record: null, byte: 0, problem: words.noRecords });
  if (tail.length > 0)
    findings.notice({
      record: scan.tree.size + 1,
      byte: scan.bytes,
      problem: words.incompleteEnd(tail.length),
    });
};

const checkKeystore = async (
  findings: Findings,
  store: StoreReader,
  scan: LedgerScan,
): Promise<void> => {
  try {
    const { left } = await matchKeystore(store, scan.facts.keystore);
    if (left === 'unfinished')
      findings.notice({
        record: null,
        byte: null,
        problem: words.keystoreNotInPlace,
      });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    findings.damage({ record: null, byte: null, problem: error.message });
  }
};
