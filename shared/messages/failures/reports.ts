import { Failure } from '../../failure.ts';
import { n } from '../../numbers.ts';

const NONE_MADE = 'No report was created.';
const NOTHING_DONE = 'No report was created, and nothing was signed or recorded for it.';

// What was asked for

export const keyOfReportMissing = (): Failure =>
  new Failure('usage', 'No key for the report was given.', { next: 'Give --key NAME.' });

export const nothingDestroyed = (name: string): Failure =>
  new Failure('key-state', `No version of the key "${name}" was destroyed.`, {
    unharmed: 'Nothing was written.',
  });

export const batchOfReportMissing = (): Failure =>
  new Failure('usage', 'No batch for the report was given.', { next: 'Give --batch ID.' });

export const endsBeforeStart = (): Failure =>
  new Failure('usage', 'The time that was asked for ends before it starts.', {
    unharmed: NONE_MADE,
  });

export const tooManyForPdf = (records: number, most: number): Failure =>
  new Failure(
    'usage',
    `A PDF of ${n(records)} records is not possible here: the memory that the program may use is enough for ${n(most)}.`,
    {
      unharmed: NONE_MADE,
      next: 'Ask for a shorter time, or leave the PDF out: JSON and CSV have no such limit.',
    },
  );

export const badReportName = (name: string, ending: string): Failure =>
  new Failure('usage', `"${name}" is not a name for a report: it must end in ${ending}.`, {
    unharmed: NOTHING_DONE,
    next: 'CSV and PDF get the same name with their own ending.',
  });

export const reportFileExists = (file: string): Failure =>
  new Failure('exists', `${file} already exists.`, {
    unharmed: `It was not touched. ${NOTHING_DONE}`,
    next: 'Choose another name.',
  });

/** At the time of writing: what is recorded by then stays. */
export const reportFileAppeared = (file: string): Failure =>
  new Failure('exists', `${file} already exists.`, {
    unharmed: 'It was not touched.',
    next: 'Choose another name.',
  });

export const cannotProve = (): Failure =>
  new Failure(
    'report-unproved',
    'The token of this vault cannot sign, so no report can be proved.',
    {
      unharmed: 'Nothing was written.',
      next: 'Verify the ledger itself, or use a token with ECDSA.',
    },
  );

export const noCheckpoint = (): Failure =>
  new Failure('report-unproved', 'There is no signed checkpoint in this vault.', {
    next: 'Unlock the vault once. That creates one, where the token can sign.',
  });

// While it is made

export const reportCancelled = (): Failure =>
  new Failure('cancelled', 'The report was cancelled.', { unharmed: 'Nothing was written.' });

export const exportCancelled = (left: readonly string[]): Failure =>
  left.length === 0
    ? new Failure('cancelled', 'The export was cancelled.', {
        unharmed: 'None of its files is left. The ledger says that it was started and cancelled.',
      })
    : new Failure('cancelled', 'The export was cancelled, but some of its files are still there.', {
        unharmed: 'The ledger says which.',
        next: `Delete them yourself: ${left.join(', ')}`,
      });

export const changedWhileRendered = (file: string): Failure =>
  new Failure('source-changed', `${file} was changed while it was being rendered.`, {
    unharmed: 'The vault is intact. The rendering was not written.',
    next: 'Create the report again, in a place that nobody else writes to.',
  });

// What was given to be read

const ONLY_READ = 'It was only read, and nothing was changed.';

export const notAFile = (name: string, isFolder: boolean): Failure =>
  new Failure('not-a-file', `${name} is ${isFolder ? 'a folder' : 'not a file'}.`, {
    unharmed: ONLY_READ,
    next: 'Give the file itself.',
  });

/** @param most with its unit */
export const reportTooLarge = (name: string, most: string): Failure =>
  new Failure('usage', `${name} is larger than ${most}.`, {
    unharmed: ONLY_READ,
    next: 'Verify it with scripts/verify-report.py, or ask for reports of shorter times.',
  });

const contents = {
  empty: 'empty',
  report: 'a report',
  pdf: 'a PDF',
  'encrypted-file': 'an encrypted file',
  reply: 'the reply of a time-stamping authority',
  request: 'a request for a time stamp',
  checkpoint: 'a checkpoint',
  'damaged-checkpoint': 'a damaged checkpoint',
  other: 'something else',
} as const;

/** What a small file turns out to be. */
export type FileContent = keyof typeof contents;

const checkpointHelp: Readonly<Partial<Record<FileContent, string>>> = {
  report: 'Verify it as a report.',
  reply: 'Attach it to a checkpoint as a time stamp.',
  'damaged-checkpoint':
    'Another program has changed it, perhaps its line ends. Ask for it again as a file.',
};

export const notACheckpoint = (name: string, content: FileContent): Failure =>
  new Failure('usage', `${name} is ${contents[content]}, not a checkpoint.`, {
    unharmed: ONLY_READ,
    next:
      checkpointHelp[content] ??
      'A saved checkpoint is a small text file that starts with claviger.invalid/ and the ID of the vault.',
  });

export const notAReply = (name: string, content: FileContent): Failure =>
  new Failure(
    'usage',
    `${name} is ${contents[content]}, not the reply of a time-stamping authority.`,
    {
      unharmed: ONLY_READ,
      next: 'A reply is the small file (.tsr) that the authority sends back for a request over a checkpoint.',
    },
  );

export const replyOfOtherVault = (): Failure =>
  new Failure('usage', 'This reply is not about a checkpoint of this vault.', {
    unharmed: 'Nothing was changed.',
    next: 'Have a saved checkpoint time-stamped with SHA-256, and give the reply (.tsr).',
  });
