/** The names in a vault's folder (docs/ledger.md, "The folder"). */
export const vaultFiles = {
  ledger: 'ledger.jsonl',
  /** The first record while a vault is being created; renamed to the ledger. */
  ledgerNext: 'ledger.next',
  keystore: 'keystore.sqlite',
  /** The snapshot that is being committed. */
  keystoreNext: 'keystore.next',
  auditIndex: 'audit-index.sqlite',
  lock: 'lock',
  /** Beginning of the names of bytes that were found behind the last complete record. */
  torn: 'ledger.torn-',
} as const;
