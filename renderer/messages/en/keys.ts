import { stateNames } from '../../../shared/messages/keys.ts';
import { counted, n } from '../../../shared/numbers.ts';
import { protection } from './common.ts';

export const keys = {
  title: 'Keys',
  create: 'Create key',
  search: 'Search name, ID or KCV',
  state: 'State',
  protection: 'Protection',
  protections: protection,
  table: 'Keys of this vault',
  columns: {
    key: 'Key',
    state: 'State',
    protection: 'Protection',
    version: 'Vers.',
    kcv: 'KCV',
    used: 'Last used',
  },
  states: stateNames,
  /** Of an active key. */
  rotation: { due: 'Rotation due', overdue: 'Overdue' },
  noKcv: 'none',
  noKcvNote: 'none (proof tried at each use)',
  shown: (shown: number, all: number) => `${n(shown)} of ${n(all)} shown`,
  noMatch: 'No matching keys',
  noMatchNote: 'Nothing matches your search and filters.',
  clearAll: 'Clear search and filters',
  empty: 'No keys yet',
  emptyNote: 'Create a key to start encrypting files.',
  createFirst: 'Create the first key',
  created: (name: string) => `Created: ${name}`,
  dialog: {
    title: 'Create a key',
    name: 'Name',
    nameHint: 'Shown in the ledger and in reports.',
    nameMissing: 'A key needs a name.',
    nameInvalid: 'Use 1 to 64 characters, with no space at the start or end.',
    protection: 'Protection',
    presets: {
      maximum: 'Key and file keys exist only inside the token. Every byte is encrypted there.',
      balanced:
        'The key exists only inside the token. Each file gets its own key, in memory only while that file is processed.',
      fast: 'Stored sealed by the token. In memory while in use, for a limited time.',
    },
    speed: 'Speed',
    speedNote: {
      maximum: 'limited by the token',
      balanced: 'limited by the disk',
      fast: 'limited by the disk, small files too',
    },
    cannot: (reason: string) => `This token does not support it. ${reason}`,
    advanced: 'Advanced options',
    resident: 'Store the key in the token permanently',
    residentNote:
      'A resident key is an object of the token, like the masters. It uses space in the token and has no KCV.',
    residentOff: (preset: string) =>
      `${preset} keys are never stored in the token permanently: that choice is off again.`,
    bulk: 'File data is encrypted',
    bulks: { token: 'in the token', host: 'in this computer' },
    note: 'This is recorded in the ledger.',
    submit: 'Create key',
    evaluation: 'The token is for evaluation: do not protect real files with this key.',
    where: (preset: string) => `Where key bytes exist with ${preset}`,
    inToken: 'In the token',
    inEngine: 'In engine memory',
    onDisk: 'On disk',
    key: 'Key',
    fileKeys: 'File keys',
  },
  where: {
    oneOperation: 'while one operation runs',
    never: 'never',
    wrappedSealed: 'wrapped and sealed',
    wrappedInFile: 'wrapped in the file',
    onlySealed: 'only while it is sealed',
    thatFile: 'while that file runs',
    sealedInFile: 'sealed in the file',
    always: 'always, as an object',
    onlySealing: 'only while it is sealed',
    inUse: 'while in use, for a set time',
    sealed: 'sealed',
    notOnDisk: 'never',
  },
  detail: {
    meaning: {
      'resident/token': (token: string) =>
        `The key is an object of ${token} and never leaves it. File keys never leave it either.`,
      'resident/host': (token: string) =>
        `The key is an object of ${token} and never leaves it. File keys are in engine memory while their file runs.`,
      'hsm-only/token': (token: string) =>
        `The key is unwrapped only inside ${token}, for one operation at a time. File keys never leave it either.`,
      'hsm-only/host': (token: string) =>
        `The key is unwrapped only inside ${token}, for one operation at a time. File keys are in engine memory while their file runs.`,
      'hsm-wrapped/host': (token: string) =>
        `Stored sealed by ${token}. In memory while in use, for a limited time.`,
    },
    encrypt: 'Encrypt files',
    report: 'Report on this key',
    cannotEncrypt: (state: string) => `A ${state.toLowerCase()} key cannot encrypt.`,
    id: 'Key ID',
    copyId: 'Copy the key ID',
    kcv: (version: number) => `KCV, v${n(version)}`,
    copyKcv: 'Copy the KCV',
    files: 'Files',
    filesValue: (count: number) =>
      count === 0 ? 'none' : `${counted(count, 'file', 'files')} can be opened with it`,
    needIt: (count: number) =>
      `${counted(count, 'file', 'files')} ${count === 1 ? 'needs' : 'need'} it.`,
    created: 'Created',
    seals: 'Encryption limit',
    sealsShare: (percent: string) => `${percent} of the encryption limit used`,
    versions: 'Versions',
    encrypts: 'encrypts',
    versionFiles: (count: number) => counted(count, 'file', 'files'),
    history: 'History',
    allRecords: (count: number) => `All ${counted(count, 'record', 'records')}`,
    noHistory: 'No activity yet.',
    by: (user: string) => `by ${user}`,
  },
} as const;
