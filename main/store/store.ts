/*
 * The port behind which a vault lies. What it keeps is bytes to it: it knows no record, no table and
 * no signature. Only what is under a promise here may be relied on by those above, and
 * testing/store-contract.ts says the same as a test that every store has to pass.
 */

/** Bytes of the ledger, counted from its beginning. */
export interface ByteRange {
  readonly from: number;
  /** Not included; the end of the ledger where it is not given. */
  readonly to?: number;
}

/**
 * `between-epochs`: a new ledger was about to take the old one's place. `no-ledger`: the rest of a
 * vault without it. `begun`: creating a vault was interrupted.
 */
export type StoreState = 'vault' | 'between-epochs' | 'no-ledger' | 'begun' | 'none';

/** The image that a record names. */
export type FoundImage =
  | {
      readonly kind: 'found';
      readonly image: Buffer;
      /** What an interrupted commit has left: the image itself out of its place, or one that no record names. */
      readonly left: 'nothing' | 'unfinished' | 'unnamed';
    }
  | { readonly kind: 'missing' | 'empty' | 'other' };

/** Signed notes as they were found. Whether they are sound is for the reader to check. */
export interface FoundNotes {
  readonly newest: string | null;
  /** One that was being written; it may be cut. */
  readonly unfinished: string | null;
  /** Of this epoch, oldest first. */
  readonly history: readonly string[];
}

/** What may be lost at any time: `tree`, the ledger's hashes; `summary`, where its newest summing-up is. */
export type CacheName = 'tree' | 'summary';

/** A part of a vault for others to verify, byte for byte. */
export interface StoredDocument {
  readonly name: string;
  read(): AsyncIterable<Buffer>;
}

/** A vault for viewing. Needs no lock, and sees what is durable, also while others write. */
export interface StoreReader {
  /** @throws Failure 'vault-not-found' where no store can be here */
  state(): Promise<StoreState>;
  /** The ledger, in pieces that end anywhere. */
  read(range: ByteRange): AsyncIterable<Buffer>;
  /** Fewer bytes where the ledger ends earlier. */
  readAt(offset: number, length: number): Promise<Buffer>;
  /** @param sha256 hex, as a record names it; null where none does */
  keystore(sha256: string | null): Promise<FoundImage>;
  notes(): Promise<FoundNotes>;
  /** Time-stamping authorities' replies, one line each. */
  timestamps(): Promise<string[]>;
  /** The names of everything that was ever set aside. */
  tornFiles(): Promise<string[]>;
  tornFile(name: string): Promise<Buffer>;
  /** Null where there is none that can be read. */
  cached(name: CacheName): Promise<Buffer | null>;
  /** Ledgers, notes, time stamps and what was set aside: everything but the keystore. */
  documents(): Promise<readonly StoredDocument[]>;
}

export interface NewVault {
  readonly image: Buffer;
  /** The first record, with its LF. */
  readonly line: Buffer;
  /** Asked for the note over the first record once that is stored, and before it is in force. */
  readonly sign: () => Promise<string>;
  /** Names that may be there already, like those of an evaluation token. */
  readonly beside: readonly string[];
}

export interface NewEpoch extends Pick<NewVault, 'line' | 'sign'> {
  /** The number of the epoch that ends. Its ledger and notes are kept. */
  readonly ended: number;
}

export interface Commit {
  /** Where the ledger ends, in bytes: the head that the lines were made for. */
  readonly at: number;
  /** Whole lines, one of which names the image. */
  readonly lines: Uint8Array;
  /** As it was staged. */
  readonly image: Buffer;
  /** Something was deleted: no image that still holds it may be left when this has ended. */
  readonly purge: boolean;
}

/** `unfinished`: the lines are durable, the image is not in its place; opening the vault again ends that. */
export type CommitOutcome =
  { readonly kind: 'done' | 'moved' } | { readonly kind: 'unfinished'; readonly error: unknown };

/** A vault to be changed; one holder at a time. What has resolved is durable. */
export interface Store extends StoreReader {
  /** @throws Failure 'vault-exists' where the place is used */
  create(vault: NewVault): Promise<void>;
  /**
   * Starts a new ledger with one record; the old one is kept. A crash leaves either.
   * @throws what `sign` throws, with nothing started
   */
  beginEpoch(epoch: NewEpoch): Promise<void>;
  /** Ends what an interrupted `beginEpoch` left; fine where there is nothing. */
  finishEpoch(): Promise<void>;
  /**
   * Adds whole lines. `moved`: the ledger does not end at `at`, and nothing was added.
   * After an error nobody knows whether they are there.
   */
  append(at: number, lines: Uint8Array): Promise<'done' | 'moved'>;
  /** Stores an image that has no effect before a commit names it. Where this fails, nothing has changed. */
  stage(image: Buffer): Promise<void>;
  /** Adds lines and puts the staged image in force: both, or neither where the ledger has moved. */
  commit(commit: Commit): Promise<CommitOutcome>;
  /** Puts right what `keystore` found left of a commit. */
  repair(found: FoundImage): Promise<void>;
  /** Removes what follows `from` from the ledger, once it is durable elsewhere. */
  setAside(from: number, now: Date): Promise<void>;
  /** Keeps a note over lines that are durable already. */
  addNote(note: string): Promise<void>;
  addTimestamp(line: string): Promise<void>;
  cache(name: CacheName, bytes: Buffer): Promise<void>;
  /** Lets another holder in. */
  close(): Promise<void>;
}
