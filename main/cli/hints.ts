import type { FailureCode, FailureData } from '../../shared/failure.ts';

/** How the command line does what a failure advises: its words are those of the window too. */
const hints: Readonly<Partial<Record<FailureCode, string>>> = {
  'vault-exists': 'Name the folder with --vault DIR.',
  'rolled-back': '"claviger recover --accept REASON" accepts and continues.',
  'cannot-carry': '"claviger token probe" shows what a token can carry.',
  'mixed-bulk': '"claviger key list" shows the bulk of each key.',
  'blob-damaged': '"claviger audit verify" verifies the ledger.',
  'report-unproved': '"claviger audit verify" verifies the ledger.',
  'vault-unknown':
    '"claviger trust --module PATH --fingerprint HEX" does that, or the same options here where nothing can be remembered; "claviger token list" shows the libraries.',
  'library-changed': '"claviger trust --module PATH" trusts it as it is now.',
  'already-encrypted': 'With --encrypt-again it is encrypted once more.',
  'no-key': '"claviger inspect FILE" shows which keys open it.',
};

export const hintFor = (code: FailureCode): string | undefined => hints[code];

/** The same of one file of a batch. */
export const fileHintFor = ({ code, next }: FailureData): string | undefined =>
  next?.includes('another output folder') === true
    ? 'With --out DIR outputs go elsewhere.'
    : hints[code];
