/** Every numeric bound of the program, with its reason. */
export const limits = {
  /** Random 96-bit GCM nonces: at most 2^32 seals per key (NIST SP 800-38D, section 8.3). */
  sealsPerKey: 2 ** 32,
  /** Seals are counted in the keystore in blocks of this many, so that one write serves many files. */
  sealReservation: 10_000,
  /** Slots of one file: bounds what a reader parses before any key is used. */
  slots: 16,
  /** Workers of the engine: beyond this, memory bandwidth and not AES is the limit. */
  workers: 8,
  /** Files of one commit group: they share one ledger fsync. */
  filesPerGroup: 64,
  /** Folders of one group: each is held open, and a process may hold 1,024 files by default. */
  foldersPerGroup: 32,
  /** Files up to this many bytes are processed whole, in memory, by one worker. */
  wholeFileBytes: 4 * 1024 * 1024,
  /** Bytes of a large file that a worker processes in one go: then other files have their turn. */
  shareBytes: 16 * 1024 * 1024,
  /** How often a file is tried when the engine or a worker is lost while it processes it. */
  attemptsPerFile: 3,
  /** Progress reports per second at most. */
  progressPerSecond: 10,
  /** What crosses between window and main process, in characters or entries. */
  textLength: 1_000,
  longTextLength: 10_000,
  pathLength: 32_767,
  /** A record's line is at most 1 MiB (docs/ledger.md). */
  recordLength: 1_048_576,
  recordFacts: 64,
  /** A record's line with its signature, or a page of results. */
  copiedLength: 4_194_304,
  pinLength: 255,
  listLength: 1_000,
  pageRows: 500,
  keys: 20_000,
  draftItems: 10_000,
} as const;
