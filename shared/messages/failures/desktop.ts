import { Failure } from '../../failure.ts';
import { n } from '../../numbers.ts';

/** Of the window alone; what the command line says too is with the area that says it. */

const NOTHING_DONE = 'Nothing was done.';
const NOTHING_CHANGED = 'Nothing was changed.';
const NOTHING_STARTED = 'Nothing was started.';

// Calls of the page

export const notOwnWindow = (): Failure =>
  new Failure('not-allowed', "This call does not come from Claviger's own window.", {
    unharmed: NOTHING_DONE,
  });

export const unknownCall = (): Failure =>
  new Failure('invalid-request', 'There is no such call.', { unharmed: NOTHING_DONE });

export const badInput = (detail: string): Failure =>
  new Failure('invalid-request', 'The window asked for something in a form that is not allowed.', {
    unharmed: NOTHING_DONE,
    detail,
  });

/** @param things in the plural, like "folders" */
export const choiceNotValid = (things: string): Failure =>
  new Failure('invalid-request', `Your choice from the ${things} is not valid any more.`, {
    unharmed: NOTHING_DONE,
    next: 'Choose it again.',
  });

// What was dropped

export const notOnDisk = (): Failure =>
  new Failure('invalid-request', 'What was dropped is not a file on a disk.', {
    unharmed: 'Nothing was done with it.',
    next: 'Save it to a disk first, then drop it from the file manager.',
  });

export const tooManyItems = (most: number): Failure =>
  new Failure('invalid-request', `More than ${n(most)} files and folders at once are too many.`, {
    unharmed: 'None of these was added.',
    next: 'Drop the folder that holds them.',
  });

export const tooManyReports = (most: number): Failure =>
  new Failure('usage', `More than ${most} files at once are too many.`, {
    unharmed: 'Nothing was verified.',
    next: 'Drop one report, and the previous one if you have it.',
  });

export const tooManyCheckpoints = (): Failure =>
  new Failure('usage', 'One checkpoint is compared at a time.', {
    unharmed: 'Nothing was compared.',
    next: 'Drop a single file.',
  });

// Set-up

export const creatingVault = (): Failure =>
  new Failure('busy', 'The vault is already being created.', {
    unharmed: 'Nothing else was started.',
    next: 'Wait until it is ready.',
  });

export const tokenNotTested = (): Failure =>
  new Failure('usage', 'The token must be connected and tested before the vault is created.', {
    unharmed: 'Nothing was created.',
    next: 'Go back to the token.',
  });

export const evaluationTokensOnly = (): Failure =>
  new Failure(
    'unsafe-runtime',
    'This copy of Claviger runs on an unofficial Electron build, so it uses evaluation tokens only.',
    {
      unharmed: 'The token was not touched.',
      next: 'Create an evaluation token, or use an installed Claviger.',
    },
  );

export const evaluationVaultsOnly = (): Failure =>
  new Failure(
    'unsafe-runtime',
    'This copy of Claviger runs on an unofficial Electron build, so it opens evaluation vaults only.',
    {
      unharmed: 'Nothing was opened and nothing was changed.',
      next: 'Open this vault with an installed Claviger, or with the command line.',
    },
  );

// The open vault

export const noVaultOpen = (): Failure =>
  new Failure('vault-not-found', 'No vault is open.', { next: 'Open a vault first.' });

/** In the words of the window; the command line has its own. */
export const viewOnly = (): Failure =>
  new Failure(
    'rolled-back',
    'This vault is read-only: it differs from its last signed state, so nothing can be recorded in it.',
    {
      unharmed: NOTHING_CHANGED,
      next: 'Open the newest copy of its folder. Only if there is none: accept and continue.',
    },
  );

export const nothingToConfirm = (): Failure =>
  new Failure('usage', 'There is nothing to confirm: no unsigned records were found here.', {
    unharmed: NOTHING_CHANGED,
  });

export const pinNotEntered = (): Failure =>
  new Failure('pin-missing', 'The PIN of the token was not entered.', {
    unharmed: NOTHING_CHANGED,
    next: 'Enter the PIN.',
  });

export const notCopied = (): Failure =>
  new Failure('io', 'The text could not be copied to the clipboard.', {
    unharmed: 'Nothing was copied.',
    next: 'Try again, or select the text and press Ctrl+C.',
  });

// Batches

export const batchWhileLocked = (): Failure =>
  new Failure('busy', 'A batch is still running while the window is locked.', {
    unharmed: 'It was not disturbed.',
    next: 'Unlock the vault, then wait for its end or cancel it.',
  });

export const batchRunning = (): Failure =>
  new Failure('busy', 'A batch is running.', {
    unharmed: 'It continues. Nothing else was started.',
    next: 'Wait for its end or cancel it.',
  });

export const surveyRunning = (): Failure =>
  new Failure('busy', 'Another survey is running.', {
    unharmed: 'It continues. Nothing else was started.',
    next: 'Wait for its end or cancel it.',
  });

export const planNotValid = (): Failure =>
  new Failure('invalid-request', 'This plan is not valid any more.', {
    unharmed: NOTHING_STARTED,
    next: 'Make the plan again.',
  });

export const batchOfOtherSession = (): Failure =>
  new Failure('invalid-request', 'This batch does not belong to this session.', {
    unharmed: NOTHING_DONE,
    next: 'Look for it under Audit.',
  });

export const noFiles = (): Failure =>
  new Failure('usage', 'There are no files to process.', {
    unharmed: 'Nothing was written.',
    next: 'Add other files or folders.',
  });

export const outputNotFound = (folder: string): Failure =>
  new Failure('not-found', `The output folder ${folder} was not found.`, {
    unharmed: NOTHING_STARTED,
    next: 'Connect its disk, or choose another folder.',
  });

export const nothingToRetry = (): Failure =>
  new Failure('usage', 'No file of this batch has failed.', { unharmed: NOTHING_STARTED });

export const batchBroke = (): Failure =>
  new Failure('io', 'Something in Claviger failed, and the batch stopped.', {
    unharmed: 'What was reported as done is on disk.',
    next: 'Resume the batch.',
  });

// Reports

export const exportRunning = (): Failure =>
  new Failure('busy', 'A report is being exported.', {
    unharmed: 'It continues. Nothing else was started.',
    next: 'Wait for its end or cancel it.',
  });

export const supersededCount = (): Failure =>
  new Failure('cancelled', 'A newer request replaced this one.', { unharmed: NOTHING_DONE });

/** @param what it is instead */
export const renderingOnly = (name: string, kind: string): Failure =>
  new Failure('usage', `${name} is a ${kind.toUpperCase()}, which is a rendering of a report.`, {
    unharmed: 'Nothing was verified.',
    next: 'Verify the JSON file whose SHA-256 it prints.',
  });

/** @param fault what is wrong with it, as a sentence */
export const fingerprintIncomplete = (fault: string): Failure =>
  new Failure('usage', fault, {
    unharmed: 'Nothing was compared.',
    next: 'Give all of it, as you got it.',
  });

export const noReportYet = (): Failure =>
  new Failure('invalid-request', 'No report was given yet.', { next: 'Drop or choose one.' });
