/** The names in a vault's folder (docs/ledger.md, "The folder"). */
export const vaultFiles = {
  ledger: 'ledger.jsonl',
  /** The first record while a vault is being created; renamed to the ledger. */
  ledgerNext: 'ledger.next',
  keystore: 'keystore.sqlite',
  /** The snapshot that is being committed. */
  keystoreNext: 'keystore.next',
  /** Where earlier versions kept the search index. It is removed: the cache of the user has it. */
  oldAuditIndex: 'audit-index.sqlite',
  /** The newest signed checkpoint. */
  checkpoint: 'checkpoint',
  checkpointNext: 'checkpoint.next',
  /** Every signed checkpoint of the present epoch. */
  checkpoints: 'checkpoints.jsonl',
  /** The hashes of the ledger's Merkle tree; may be deleted at any time. */
  hashes: 'ledger.hashes',
  /** Where the newest summing-up of the ledger is; may be deleted at any time. */
  resume: 'ledger.resume',
  /** Replies of time-stamping authorities (RFC 3161) over checkpoints. */
  timestamps: 'timestamps.jsonl',
  /** Beginnings of the names that the files of an earlier epoch are kept under. */
  oldLedger: 'ledger.epoch-',
  oldCheckpoints: 'checkpoints.epoch-',
  lock: 'lock',
  /** Beginning of the names of bytes that were found behind the last complete record. */
  torn: 'ledger.torn-',
} as const;
