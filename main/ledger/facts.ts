import type { LedgerRecord } from './record.ts';

/** Acts that the vault itself records; nobody else may. */
export const vaultActions = {
  create: 'vault.create',
  torn: 'ledger.torn',
  rollForward: 'keystore.roll-forward',
  discard: 'keystore.discard',
  migrate: 'keystore.migrate',
  auditIndex: 'audit.index',
} as const;

/** What later decisions need to know of the records so far. */
export class LedgerFacts {
  readonly #tornFiles = new Set<string>();
  #keystore: string | null = null;
  #auditIndex: string | null = null;
  #first: LedgerRecord | null = null;

  /** SHA-256 (hex) of the keystore that belongs to the ledger's end. */
  get keystore(): string | null {
    return this.#keystore;
  }

  /** SHA-256 (hex) of the audit index that was saved last. */
  get auditIndex(): string | null {
    return this.#auditIndex;
  }

  get first(): LedgerRecord | null {
    return this.#first;
  }

  isTornFileRecorded(name: string): boolean {
    return this.#tornFiles.has(name);
  }

  observe(record: LedgerRecord): void {
    const { action, details } = record;
    this.#first ??= record;
    if (typeof details['keystore'] === 'string') this.#keystore = details['keystore'];
    if (action === vaultActions.auditIndex && typeof details['sha256'] === 'string')
      this.#auditIndex = details['sha256'];
    if (action === vaultActions.torn && typeof details['file'] === 'string')
      this.#tornFiles.add(details['file']);
  }
}
