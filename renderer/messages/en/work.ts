import { counted, n } from '../../../shared/numbers.ts';

const verbs = {
  encrypt: 'Encrypt',
  decrypt: 'Decrypt',
  verify: 'Verify',
  rewrap: 'Rewrap',
  reencrypt: 'Re-encrypt',
} as const;
const doing = {
  encrypt: 'Encrypting',
  decrypt: 'Decrypting',
  verify: 'Verifying',
  rewrap: 'Rewrapping',
  reencrypt: 'Re-encrypting',
} as const;
const done = {
  encrypt: 'Encrypted',
  decrypt: 'Decrypted',
  verify: 'Verified',
  rewrap: 'Rewrapped',
  reencrypt: 'Re-encrypted',
} as const;
const files = (count: number): string => counted(count, 'file', 'files');

type Kind = keyof typeof verbs;

const replacedText = (others: number): string =>
  `Nothing in them was changed.${others === 0 ? '' : ` The other ${n(others)} are on disk.`}`;

export const work = {
  title: 'Encrypt & decrypt',
  what: 'What to do',
  verbs,
  doneWords: done,
  failed: 'Failed',
  skipped: 'Skipped',
  cancelledWord: 'Cancelled',
  key: 'Key',
  chooseKey: 'Search keys by name or ID',
  noKeyFits: 'No matching active key.',
  noActiveKey: 'There is no active key',
  noActiveKeyNote: 'Create a key to start encrypting files.',
  createKey: 'Create key',
  keyNote: (version: number, protection: string, kcv: string | null) =>
    [`v${n(version)}`, protection, ...(kcv === null ? [] : [kcv])].join(', '),
  sealedNames: {
    label: 'Original names',
    note: 'Outputs are called what is sealed in the files, and replace nothing. Files that do not end in .clv get it in any case.',
  },
  others: {
    label: 'Also opens with',
    hint: 'Any of a file’s keys can open it, for example a recovery key.',
    add: 'Add a key',
    remove: (name: string) => `Remove ${name}`,
    otherBulk: {
      token: 'works in the token, the first key does not',
      host: 'works on the host, the first key does not',
    },
  },
  writeTo: 'Write to',
  beside: 'Next to each original',
  otherFolder: 'Another folder…',
  rewrap: {
    how: 'What happens',
    ways: {
      rewrap: 'Rewrap: new slots, same file key',
      reencrypt: 'Re-encrypt: new file key',
    },
    to: { rewrap: 'Rewrap to', reencrypt: 'Re-encrypt with' },
    slotWays: {
      newest: 'Newest version of the same key',
      other: 'Another key',
      change: 'Add or remove a key',
    },
    add: 'Add a key',
    addNote: 'Each file also opens with it, for example with a recovery key.',
    remove: 'Remove a key',
    removeNote:
      'It cannot decrypt the files any more. It can still decrypt copies of the old files.',
    chooseKey: 'Choose a key',
    dropOthers: 'Drop keys of other vaults',
    dropOthersNote:
      'Otherwise files that such keys open are left out: they could not open them again.',
    target: 'Target',
    replaces: 'Each file is replaced after a check.',
    table: 'Files by key and version',
    columns: { key: 'Key and version', files: 'Files', size: 'Size', what: 'What happens' },
    noKey: 'No key of this vault',
    version: (version: number) => `v${n(version)}`,
    replaced: {
      rewrap: (key: string | null, version: number) =>
        `Rewrap to ${key === null ? '' : `${key} `}v${n(version)}`,
      reencrypt: (key: string | null, version: number) =>
        `Re-encrypt with ${key === null ? '' : `${key} `}v${n(version)}`,
    },
    added: (key: string, version: number) => `Add ${key} v${n(version)}`,
    removed: 'A key is removed',
    upToDate: (version: number) => `Left out: already v${n(version)}`,
    compromised: 'Re-encrypt only',
    refused: 'Left out: see the reasons',
    notOurs: 'Left out: key unknown',
    mustReencrypt: (count: number) => `${files(count)} must be encrypted again, not rewrapped.`,
    mustReencryptText:
      'Whoever had a compromised key has the keys of these files, and a new header would not change that.',
    planReencryption: 'Plan re-encryption',
    readable: 'Files stay readable throughout',
    readableNote:
      'The old file is replaced only after the new one has been verified and is on disk.',
    contents: { rewrap: 'Contents are not decrypted', reencrypt: 'Contents stay in memory' },
    contentsNote: {
      rewrap: 'Only the key of each file is unwrapped, for a moment.',
      reencrypt: 'Nothing that is decrypted is written to the disk.',
    },
  },
  known: {
    table: 'Known files by key and version',
    before: 'Before',
    after: 'After',
    change: 'Change',
    meaning: 'What it means',
    version: (version: number) => `v${n(version)}`,
    encrypts: 'Encrypts new files',
    needed: (count: number) => `${files(count)} still ${count === 1 ? 'needs' : 'need'} it`,
    unneeded: 'No known file needs it',
    reencrypt: 'Re-encrypt its files',
    destroyed: (day: string) => `To be destroyed on ${day}`,
  },
  conflict: 'If the file already exists',
  conflicts: { 'keep-both': 'Keep both', replace: 'Replace it', skip: 'Skip the file' },
  drop: {
    zone: (kind: Kind) => `Drop zone: ${verbs[kind].toLowerCase()}`,
    title: {
      encrypt: 'Drop files or folders to encrypt them',
      decrypt: 'Drop encrypted files to decrypt them',
      verify: 'Drop encrypted files to verify them',
      rewrap: 'Drop encrypted files to rewrap them',
      reencrypt: 'Drop encrypted files to re-encrypt them',
    },
    under: 'with',
    text: {
      encrypt: 'You review a plan before anything starts.',
      decrypt:
        'Claviger finds the right key for each file. You review a plan before anything starts.',
      verify: 'Every tag is checked and nothing is written.',
      rewrap:
        'Files get the newest version of their keys, and their data stays as it is. You review a plan before anything starts.',
      reencrypt: 'Each file gets a new file key. You review a plan before anything starts.',
    },
    over: (count: number) => `Drop to plan ${counted(count, 'item', 'items')}`,
    overAny: 'Drop to plan',
    addFiles: 'Add files…',
    addFolder: 'Add a folder…',
    hint: {
      encrypt: ['Dropping ', '.clv', ' files switches to Decrypt.'],
      decrypt: ['Only ', '.clv', ' files are taken from folders.'],
      verify: ['Only ', '.clv', ' files are taken from folders.'],
      rewrap: ['Only ', '.clv', ' files are taken from folders.'],
      reencrypt: ['Only ', '.clv', ' files are taken from folders.'],
    },
    more: 'Drop more here, or',
    moreFiles: 'add files',
    or: 'or',
    moreFolder: 'a folder',
    counting: 'Counting files',
  },
  recent: 'Recent batches',
  unfinished: {
    fact: (kind: Kind, count: number) => `${doing[kind]} ${files(count)} was interrupted.`,
    text: (at: string) => `It began ${at}. Finished files are complete.`,
    resume: 'Resume',
    abandon: 'Discard the rest',
  },
  plan: {
    panel: 'Plan',
    files: 'Files',
    read: 'To read',
    folders: 'Folders',
    write: 'To write',
    dropped: 'Dropped',
    size: 'Size',
    remove: (name: string) => `Remove ${name}`,
    removeHead: 'Remove',
    switched: 'These are encrypted files, so the mode is now Decrypt.',
    mixed: (count: number) =>
      count === 1 ? '1 file is already encrypted.' : `${n(count)} files are already encrypted.`,
    mixedNote: (count: number) =>
      count === 1 ? 'It is left out of this batch.' : 'They are left out of this batch.',
    mixedAct: (count: number) => (count === 1 ? 'Decrypt it instead' : 'Decrypt them instead'),
    again: (count: number) =>
      count === 1
        ? '1 encrypted file is encrypted once more.'
        : `${n(count)} encrypted files are encrypted once more.`,
    againNote: 'Their content is then behind two layers: it takes two decryptions.',
    againAct: (count: number) => (count === 1 ? 'Encrypt it again' : 'Encrypt them again'),
    leaveOut: (count: number) => (count === 1 ? 'Leave it out' : 'Leave them out'),
    plainLeft: (count: number) => `${files(count)} ${count === 1 ? 'is' : 'are'} not encrypted.`,
    plainNote: (count: number) => (count === 1 ? 'It is skipped.' : 'They are skipped.'),
    plainAct: 'Encrypt instead',
    before: 'Before you start',
    planning: 'Preparing the plan',
    room: 'Disk space',
    roomNeeded: (needed: string) => `${needed} needed`,
    roomFree: (free: string) => `${free} free`,
    roomNone: 'Not enough disk space',
    nothingWritten: 'Nothing is written',
    nothingWrittenNote: 'Each file is read and every tag checked.',
    conflicts: {
      'keep-both': (count: number) =>
        count === 1 ? '1 output file already exists' : `${n(count)} output files already exist`,
      replace: (count: number) =>
        count === 1 ? '1 file is replaced' : `${n(count)} files are replaced`,
      skip: (count: number) => `${n(count)} already exist`,
    },
    conflictNote: {
      'keep-both': 'Both are kept: “… (2)”',
      replace: 'The existing files are lost.',
      skip: 'They are left out.',
    },
    noConflicts: 'No conflicts',
    skipped: (count: number) => `${n(count)} will be skipped`,
    failed: (count: number) => `${n(count)} cannot be processed`,
    readable: (count: number) =>
      count === 1 ? 'The file was found' : `All ${n(count)} were found`,
    show: 'Show',
    sealedName: 'The name sealed in the file',
    showList: {
      files: 'Show the outputs',
      conflicts: 'Show existing outputs',
      failed: 'Show what cannot be processed',
      skipped: 'Show what will be skipped',
    },
    lists: {
      files: 'Outputs',
      conflicts: 'Existing outputs',
      failed: 'Cannot be processed',
      skipped: 'Skipped',
    },
    outputOf: 'Output',
    fileHead: 'File',
    whyHead: 'Why',
    clear: 'Clear',
    go: (kind: Kind, count: number) => `${verbs[kind]} ${files(count)}`,
    goNothing: 'Nothing to do',
    stillPlanning: 'The plan is being prepared.',
    allLeftOut: 'There are no files to process',
    allLeftOutNote: 'You can record which files were left out and why.',
    record: (count: number) => `Record ${files(count)} as left out`,
    noKey: 'There is no active key to encrypt with.',
    evaluation: 'EVALUATION token: do not protect real files.',
  },
  originals: {
    label: 'Delete originals',
    how: 'How originals are deleted',
    ways: { trash: 'Move to the trash', delete: 'Delete for good' },
    note: {
      encrypt:
        'Each original is deleted only after its encrypted copy has been read back and verified.',
      decrypt:
        'Each encrypted file is deleted only after it has been read back and compared with its decrypted copy.',
    },
    wayNote: {
      trash: 'Its content stays in the trash until you empty it.',
      delete: 'This cannot be undone.',
    },
    noTrash: 'There is no trash for these files, so they are deleted for good.',
    title: (count: number) => `Delete ${counted(count, 'original', 'originals')}?`,
    go: (kind: Kind, count: number) =>
      `${verbs[kind]} and delete ${counted(count, 'original', 'originals')}`,
    recorded: 'Each deletion is recorded.',
    figures: { trash: 'Originals in the trash', delete: 'Originals deleted' },
    kept: 'Originals kept',
    outcome: {
      trash: 'The original is in the trash.',
      delete: 'The original was deleted.',
    },
    fact: { trash: 'in the trash', delete: 'deleted' },
  },
  run: {
    title: (kind: Kind, count: number) => `${doing[kind]} ${files(count)}`,
    cancelling: 'Cancelling',
    cancel: 'Cancel',
    lock: 'Keep running while locked',
    of: (done: string, all: string) => `${done} of ${all}`,
    done: 'done',
    failed: 'failed',
    skipped: 'skipped',
    left: 'left',
    rate: 'Rate',
    rateChart: (rate: string, low: string) =>
      `Rate over the last 40 seconds, now ${rate}, lowest ${low}`,
    announce: (percent: number, left: string) =>
      left === '' ? `${percent} per cent` : `${percent} per cent, ${left} left`,
    files: 'Files',
    newest: (keys: string) => (keys === '' ? 'newest first' : `newest first, with ${keys}`),
    show: 'Show',
    all: 'All',
    failedOnly: (count: number) => `Failed ${n(count)}`,
    table: 'Files of this batch',
    file: 'File',
    size: 'Size',
    outcome: 'Outcome',
    waiting: 'Starting the first file…',
    noneFailed: 'No file has failed.',
  },
  results: {
    titleFailed: (failed: number, cancelled: number, all: number) =>
      `${n(failed)} of ${files(all)} failed${cancelled === 0 ? '' : `, ${n(cancelled)} cancelled`}`,
    titleDone: (kind: Kind, count: number) => `${done[kind]} ${files(count)}`,
    titleCancelled: (done: number, all: number) => `Cancelled after ${n(done)} of ${files(all)}`,
    titleInterrupted: (done: number, all: number) =>
      `Interrupted after ${n(done)} of ${files(all)}`,
    failedFact: {
      encrypt: (count: number) => `${files(count)} ${count === 1 ? 'is' : 'are'} not encrypted.`,
      decrypt: (count: number) => `${files(count)} ${count === 1 ? 'is' : 'are'} not decrypted.`,
      verify: (count: number) => `${files(count)} ${count === 1 ? 'does' : 'do'} not verify.`,
      rewrap: (count: number) => `${files(count)} ${count === 1 ? 'is' : 'are'} not rewrapped.`,
      reencrypt: (count: number) =>
        `${files(count)} ${count === 1 ? 'is' : 'are'} not re-encrypted.`,
    },
    failedText: {
      encrypt: (others: number) =>
        `Their originals are untouched and nothing was written for them.${others === 0 ? '' : ` The other ${n(others)} are complete and on disk.`}`,
      decrypt: (others: number) =>
        `The encrypted files are untouched and nothing was written for them.${others === 0 ? '' : ` The other ${n(others)} are complete and on disk.`}`,
      verify: (others: number) =>
        `Nothing was changed.${others === 0 ? '' : ` The other ${n(others)} are intact.`}`,
      rewrap: replacedText,
      reencrypt: replacedText,
    },
    cancelledFact: (done: number) => `Cancelled after ${files(done)}.`,
    cancelledText: 'Finished files are on disk. No partial files were left.',
    resume: 'Resume',
    retry: (failed: number, cancelled: number) =>
      `Retry ${n(failed)} failed${cancelled === 0 ? '' : ` and ${n(cancelled)} cancelled`}`,
    cancelledToo: (count: number) =>
      `${files(count)} ${count === 1 ? 'was' : 'were'} cancelled before ${count === 1 ? 'its' : 'their'} turn.`,
    retryCancelled: (count: number) => `Continue with ${files(count)}`,
    openFolder: 'Open folder',
    export: 'Export receipts…',
    exportCsv: 'As CSV…',
    exported: 'Receipts exported',
    report: 'Report on this batch',
    newBatch: 'New batch',
    written: 'Read',
    table: 'Results',
    show: 'Show',
    notDone: (count: number) => `Failed and skipped ${n(count)}`,
    doneOnly: (kind: Kind, count: number) => `${done[kind]} ${n(count)}`,
    all: 'All',
    search: 'Search file names',
    file: 'File',
    outcome: 'Outcome',
    why: 'What happened, what to do',
    whyDone: (output: string) => `Written as ${output}`,
    whole: 'Every tag verified.',
    entries: (shown: number, all: number) => `${n(shown)} of ${counted(all, 'entry', 'entries')}`,
    none: 'No entry fits',
    noneNote: 'Choose another view, or clear the search.',
    foot: 'Receipts are stored in the ledger.',
    meta: (at: string, took: string, keys: string) =>
      keys === '' ? `${at}, ${took}` : `${at}, ${took}, ${keys}`,
    batch: 'Batch',
    copy: 'Copy the list',
    copyLabel: 'The list of files and outcomes',
    details: 'Details',
  },
  receipt: {
    note: 'This is the file’s receipt, as in the ledger.',
    folder: 'Folder',
    output: 'Output',
    size: 'Size',
    key: 'Key',
    digest: {
      sha256: 'SHA-256, encrypted file',
      'sha256-4m': 'SHA-256 of its 4 MiB pieces, encrypted file',
    },
    original: 'Original',
    kept: 'kept',
  },
} as const;
