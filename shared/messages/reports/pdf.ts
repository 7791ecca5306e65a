import { counted, n } from '../../numbers.ts';

/** The words of a report's PDF, part by part. */

export const cover = {
  bookmark: 'Cover',
  brand: 'Claviger',
  subtitle: 'Report from a signed ledger',
  made: (time: string) => `Made ${time}`,
  period: (since: string | undefined, until: string | undefined) =>
    `Records ${[since && `from ${since}`, until && `before ${until}`].filter(Boolean).join(', ')}`,
  evaluation: 'EVALUATION. This token does not protect its keys enough: do not rely on it.',
  included: (included: number, searched: number, range: string) =>
    `${included === 1 ? 'record' : 'records'} of ${n(searched)} in the range ${range}`,
  notDone: (count: number) => `${n(count)} refused or failed: listed first.`,
  signedLater: (count: number) => `${counted(count, 'record')} signed only at the next unlock.`,
  labels: {
    made: 'Made',
    by: 'By',
    vault: 'Vault',
    ledger: 'Ledger',
    token: 'Token',
    vendor: 'Vendor',
    anchor: 'Anchor',
    filter: 'Filter',
    previous: 'Previous report',
    json: 'JSON, SHA-256',
    checkpoint: 'Checkpoint',
    fingerprint: 'Key’s fingerprint',
    key: 'Key',
  },
  by: (user: string, host: string, app: string) => `${user} on ${host}, with ${app}`,
  ledger: (epoch: number, time: string) => `epoch ${epoch}, started ${time}`,
  token: (label: string, serial: string) => `${label}, serial ${serial}`,
  firmware: (version: string) => `firmware ${version}`,
  noPrevious: 'none',
  previous: (time: string, size: number) => `made ${time}, at ${counted(size, 'record')}`,
  root: (size: number) => `${counted(size, 'record')}, root`,
  key: (algorithm: string) => `${algorithm}, named by the first record of the ledger`,
  qr: (origin: string, size: number, root: string) =>
    `QR code of the signed checkpoint: ${origin}, ${counted(size, 'record')}, root ${root}`,
  qrCaption: 'The signed checkpoint, to be saved',
  notSigned: 'Not signed',
  notSignedNote:
    'This PDF has no signature of its own. The JSON file and its proofs are the authority.',
  signed: 'Signed with the vault’s report key',
  signedNote: (time: string) => `${time}, ECDSA P-256 in the token, PAdES. Certificate, SHA-256:`,
} as const;

export const foot = {
  program: 'Claviger',
  page: (page: number, pages: number) => `Page ${page} of ${pages}`,
  report: (vault: string, kind: string) => `${vault}, ${kind} · JSON `,
  hash: (start: string) => `${start} …`,
  evaluation: 'EVALUATION',
} as const;

export const failures = {
  title: 'Refused and failed',
  count: (bad: number, all: number) =>
    `${n(bad)} of ${counted(all, 'record')}. They are also listed in order among all records.`,
  more: (count: number) => `${n(count)} more are listed among all records.`,
} as const;

export const summary = {
  title: 'Summary',
  per: (unit: string) => `Records per ${unit}`,
  actions: 'Actions and their outcomes',
  people: 'Users',
  action: 'Action',
  person: 'User and computer',
  columns: {
    share: 'Share',
    records: 'Records',
    done: 'Done',
    refused: 'Refused',
    failed: 'Failed',
  },
  figures: {
    records: (count: number) => (count === 1 ? 'record' : 'records'),
    done: 'done',
    refused: 'refused',
    failed: 'failed',
    actions: (count: number) => (count === 1 ? 'kind of action' : 'kinds of action'),
    people: (count: number) => (count === 1 ? 'user' : 'users'),
  },
  more: (rows: number, records: number) =>
    `${n(rows)} more, with ${counted(records, 'record')} together.`,
  lessThanOne: '< 1 %',
  percent: (whole: number) => `${whole} %`,
} as const;

interface Outcomes {
  readonly ok: number;
  readonly refused: number;
  readonly failed: number;
}

export const chart = {
  done: 'Done',
  notDone: 'Refused or failed',
  /** The chart in words, for those who do not see it. */
  sentence: (unit: string, names: readonly string[], { ok, refused, failed }: Outcomes) =>
    `Records per ${unit} from ${names[0] ?? ''} to ${names.at(-1) ?? ''}: ${n(ok)} done, ${n(refused)} refused, ${n(failed)} failed.`,
  bar: (name: string, { ok, refused, failed }: Outcomes) =>
    `${name}: ${n(ok)} done${refused + failed === 0 ? '' : `, ${n(refused + failed)} refused or failed`}`,
} as const;

export const tables = {
  title: 'Tables from the vault',
  empty: 'None.',
} as const;

export const records = {
  title: 'Records',
  count: (count: number) =>
    `${counted(count, 'record')}, shortened to fit the page. The JSON file has each one in full, under its number.`,
  hashes: 'Below each file is the SHA-256 of its output.',
  columns: {
    record: 'Record',
    time: 'Time, UTC',
    action: 'Action',
    outcome: 'Outcome',
    who: 'User',
    about: 'About',
  },
  notAuthenticated: 'Made while locked, not authenticated',
  signedLater: 'Signed later',
} as const;

export const ids = {
  bookmark: 'Keys and batches',
  title: 'Keys and batches named above',
  columns: { short: 'Shown as', kind: 'Kind', id: 'ID', records: 'Records', name: 'Name' },
  kinds: { key: 'Key', batch: 'Batch' },
} as const;

export const proof = {
  title: 'Proof',
  inside: 'Inside the JSON file',
  records: (count: number) =>
    `${counted(count, 'record')}, exactly as in the ledger, with one proof that the closing checkpoint covers them`,
  closing: (size: number) => `The closing checkpoint, signed, over ${counted(size, 'record')}`,
  opening: (size: number) =>
    `The checkpoint before the range, signed, over ${counted(size, 'record')}, and the proof that the closing one continues it`,
  noOpening: 'No checkpoint before the range: there was none yet',
  previous: (time: string, size: number) =>
    `The proof that the ledger continues that of the report made ${time}, at ${counted(size, 'record')}`,
  noPrevious: 'No previous report in this epoch to compare with',
  timestamps: (count: number) => `${counted(count, 'outside timestamp')} (RFC 3161)`,
  noTimestamps: 'No outside timestamp',
  limits: 'What it does not prove',
  how: 'How to verify it',
  steps: (fingerprint: string) => [
    'Compare the SHA-256 of the JSON file with the one on the cover (sha256sum FILE). If they differ, this PDF is not a rendering of that file.',
    'Compare the key’s fingerprint with one that you received in another way: by telephone, on paper, or in an older report.',
    `Run “claviger report verify FILE --key ${fingerprint.slice(0, 8)}…”, or the short script described in “Verify a report”, which needs only Python and openssl. Neither needs the vault or the token.`,
    'If you have the previous report, add it (--previous FILE): this shows that nothing reported then was changed since.',
  ],
  numbers: 'Hashes and keys in full',
  labels: {
    json: 'JSON, SHA-256',
    records: 'Records, SHA-256',
    origin: 'Origin',
    closingRoot: 'Closing root',
    rootAt: (size: number) => `Root at ${n(size)}`,
    fingerprint: 'Key’s fingerprint',
    verifierKey: 'Verifier key',
  },
  note: 'The exact signed checkpoint',
} as const;

export const signature = {
  reason: 'Rendering of a Claviger report',
  field: 'Signature of the vault’s report key',
} as const;

export const info = {
  subject: (kind: string, vault: string, completeness: string) =>
    `${kind} of vault ${vault}. ${completeness}`,
  author: (user: string, host: string) => `${user} on ${host}`,
  keywords: (jsonSha256: string) => `JSON SHA-256 ${jsonSha256}`,
} as const;
