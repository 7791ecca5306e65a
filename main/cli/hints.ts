import type { FailureCode } from '../../shared/failure.ts';

/** How the command line does what a failure advises: its words are those of the window too. */
const hints: Readonly<Partial<Record<FailureCode, string>>> = {
  'vault-exists': 'Name the folder with --vault DIR.',
  'rolled-back': '"claviger recover --accept REASON" accepts and continues.',
  'cannot-carry': '"claviger token probe" shows what a token can carry.',
  'mixed-bulk': '"claviger key list" shows the bulk of each key.',
  'blob-damaged': '"claviger audit verify" verifies the ledger.',
  'report-unproved': '"claviger audit verify" verifies the ledger.',
  'vault-unknown':
    '"claviger trust --module PATH --fingerprint HEX" does that; "claviger token list" shows the libraries that are here.',
  'library-changed': '"claviger trust --module PATH" trusts it as it is now.',
  'no-key': '"claviger inspect FILE" shows which keys open it.',
};

/** The same of one file of a batch, where it is the output that had no place. */
const elsewhere = 'With --out DIR outputs go elsewhere.';
const fileHints: typeof hints = {
  ...hints,
  'no-permission': elsewhere,
  'read-only': elsewhere,
  'disk-full': elsewhere,
};

export const hintFor = (code: FailureCode): string | undefined => hints[code];
export const fileHintFor = (code: FailureCode): string | undefined => fileHints[code];
