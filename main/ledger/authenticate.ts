import * as words from '../../shared/messages/ledger/records.ts';
import { isLockedAction } from '../../shared/actions.ts';
import type { StoreReader } from '../store/index.ts';
import { vaultActions, type KnownSession } from './facts.ts';
import { readLines } from './lines.ts';
import { leafHash, type MerkleTree } from './merkle.ts';
import { isMarked, type LedgerRecord, type MarkedRecord, parseLine } from './record.ts';
import { endOf, SessionCheck } from './session-mac.ts';
import type { Prefix } from './signed-prefix.ts';

/** The key of a session, opened by the token; null where it does not open. */
export type OpenSessionKey = (known: KnownSession) => Promise<Uint8Array | null>;

/** Numbers of records, both included. */
export interface RecordRange {
  readonly first: number;
  readonly last: number;
}

export interface Tail {
  /** Everything that the vault itself wrote: signed, or written in a session, or while locked. */
  readonly prefix: Prefix;
  /** Records after the signed ones that were written while locked, so in no session. */
  readonly unmarked: readonly RecordRange[];
  /** Why nothing after `prefix` counts; null if all of the ledger counts. */
  readonly rest: { readonly record: number; readonly problem: string } | null;
  /** Unsigned records of a vault from before there were sessions: to be confirmed by a person. */
  readonly older: RecordRange | null;
}

export interface TailInput {
  readonly store: Pick<StoreReader, 'read'>;
  readonly tree: Pick<MerkleTree, 'leaf' | 'root' | 'size'>;
  /** Where the complete lines end. */
  readonly bytes: number;
  /** What is signed for certain. */
  readonly from: Prefix;
  /** How many records are signed; at least as many as `from` holds. */
  readonly signed: number;
  readonly openKey: OpenSessionKey;
  /** A person has confirmed the unsigned records of an older vault. */
  readonly carryOver: boolean;
}

/**
 * Finds which lines after the signed ones the vault itself wrote. Only those have an effect. The
 * caller sets aside everything from the first line that cannot be authenticated.
 * @throws an Error where the file changes meanwhile
 */
export const authenticateTail = async (input: TailInput): Promise<Tail> => {
  const keys = new Map<string, Buffer>();
  try {
    for (const known of await sessionsOf(input)) {
      const key = await input.openKey(known);
      if (key !== null) keys.set(known.session, Buffer.from(key));
      key?.fill(0);
    }
    const tail = new TailReader(input, keys);
    await forEachLine(input, (record, bytes) => tail.take(record, bytes));
    return tail.result();
  } finally {
    for (const key of keys.values()) key.fill(0);
  }
};

/** The sessions whose keys are needed: those that wrote here, as their unlock records name them. */
const sessionsOf = async (input: TailInput): Promise<readonly KnownSession[]> => {
  const { session } = input.from.facts;
  const known = new Map<string, KnownSession>(session === null ? [] : [[session.session, session]]);
  const wanted = new Set<string>();
  await forEachLine(input, (record) => {
    if (!isMarked(record)) return;
    const { mark, action, details, seq } = record;
    const { sealed } = details;
    if (action === vaultActions.unlock && mark.n === 0 && typeof sealed === 'string')
      known.set(mark.session, { session: mark.session, sealed });
    if (seq > input.signed) wanted.add(mark.session);
  });
  return [...known.values()].filter(({ session }) => wanted.has(session));
};

const forEachLine = async (
  { store, tree, from, bytes }: TailInput,
  onRecord: (record: LedgerRecord, bytes: number) => void,
): Promise<void> => {
  if (from.bytes === bytes) return;
  let index = from.size;
  await readLines(store, { from: from.bytes, to: bytes }, (line) => {
    const { record } = parseLine(line);
    if (record === null || !leafHash(line).equals(tree.leaf(index)))
      throw new Error('the ledger was changed while it was read');
    index += 1;
    onRecord(record, line.length + 1);
  });
};

class TailReader {
  readonly #input: TailInput;
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #checks = new Map<string, SessionCheck>();
  readonly #unmarked: RecordRange[] = [];
  #prefix: Prefix;
  #rest: Tail['rest'] = null;
  #older: RecordRange | null = null;

  constructor(input: TailInput, keys: ReadonlyMap<string, Buffer>) {
    this.#input = input;
    this.#keys = keys;
    this.#prefix = { ...input.from, facts: input.from.facts.copy() };
  }

  take(record: LedgerRecord, bytes: number): void {
    if (this.#rest !== null) return;
    const problem = record.seq <= this.#input.signed ? null : this.#problemOf(record);
    if (problem !== null) {
      this.#rest = { record: record.seq, problem };
      return;
    }
    const { facts, end } = this.#prefix;
    facts.observe(record);
    this.#prefix = {
      facts,
      size: this.#prefix.size + 1,
      bytes: this.#prefix.bytes + bytes,
      end: record.mark === undefined ? end : endOf(record.mark),
    };
  }

  result(): Tail {
    const [prefix, unmarked] = [this.#prefix, this.#unmarked];
    for (const check of this.#checks.values()) check.erase();
    return { prefix, unmarked, rest: this.#rest, older: this.#older };
  }

  /** Why an unsigned record does not count; null where it does, or is none that has an effect. */
  #problemOf(record: LedgerRecord): string | null {
    if (isMarked(record)) return this.#problemOfMarked(record);
    if (isLockedAction(record.action)) {
      extend(this.#unmarked, record.seq);
      return null;
    }
    const { facts } = this.#prefix;
    if (!facts.isOlder || facts.session !== null) return words.notAuthenticated(record.action);
    this.#older ??= { first: record.seq, last: this.#input.tree.size };
    return this.#input.carryOver ? null : words.notSigned;
  }

  #problemOfMarked(record: MarkedRecord): string | null {
    const { session, base } = record.mark;
    const check = this.#checkOf(session);
    if (check === null) return words.sessionKeyNotOpened;
    if (base !== undefined && !this.#isPrefix(base, record.seq - 1)) return words.wrongPredecessors;
    return check.accepts(record) ? null : words.wrongCode;
  }

  #checkOf(session: string): SessionCheck | null {
    const known = this.#checks.get(session);
    const key = this.#keys.get(session);
    if (known !== undefined || key === undefined) return known ?? null;
    const { end } = this.#prefix;
    const check = new SessionCheck(key, end?.session === session ? end : null);
    this.#checks.set(session, check);
    return check;
  }

  #isPrefix({ size, root }: NonNullable<MarkedRecord['mark']['base']>, before: number): boolean {
    return size <= before && this.#input.tree.root(size).toString('hex') === root;
  }
}

const extend = (ranges: RecordRange[], seq: number): void => {
  const last = ranges.at(-1);
  if (last?.last === seq - 1) ranges[ranges.length - 1] = { first: last.first, last: seq };
  else ranges.push({ first: seq, last: seq });
};
