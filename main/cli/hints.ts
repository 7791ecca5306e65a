import type { FailureCode, FailureData } from '../../shared/failure.ts';

/** How to follow a failure's advice on the command line. The failure's own words are shared with the window. */
const hints: Readonly<Partial<Record<FailureCode, string>>> = {
  'vault-exists': 'Name the folder with --vault DIR.',
  'rolled-back': '"claviger recover --accept REASON" accepts the vault as it is.',
  'cannot-carry': '"claviger token probe" shows what the token supports.',
  'pin-expired': '"claviger token pin" changes it.',
  'mixed-bulk': '"claviger key list" shows the bulk of each key.',
  'blob-damaged': '"claviger audit verify" verifies the ledger.',
  'report-unproved': '"claviger audit verify" verifies the ledger.',
  'vault-unknown':
    'Use "claviger trust --module PATH --fingerprint HEX", or the same options with this command; "claviger token list" shows the libraries.',
  'library-changed': '"claviger trust --module PATH" trusts its present version.',
  'already-encrypted': 'Add --encrypt-again to encrypt it again.',
  'no-key': '"claviger inspect FILE" shows which keys can decrypt it.',
};

export const hintFor = (code: FailureCode): string | undefined => hints[code];

/** The same for one file of a batch. */
export const fileHintFor = ({ code, next }: FailureData): string | undefined =>
  next?.includes('another output folder') === true
    ? 'Use --out DIR to choose another folder.'
    : hints[code];
