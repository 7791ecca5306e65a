import { Failure, type FailureCode, type FailureContext } from '../../failure.ts';

/** What the disk kept the program from doing, said before the reason. */
export interface DiskProblem extends Omit<FailureContext, 'detail'> {
  /** Without a full stop: the reason follows. */
  readonly what: string;
}

const codes: Readonly<Record<string, FailureCode>> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EROFS: 'read-only',
  EACCES: 'no-permission',
  EPERM: 'no-permission',
};

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is full',
  EROFS: 'the disk is read-only',
  EACCES: 'this user lacks the permission',
  EPERM: 'this user lacks the permission',
  EIO: 'the disk reports an error',
  ENOTCONN: 'the disk or share is not connected any more',
  ENOENT: 'the file or its folder does not exist',
};

/** Why the disk refused, as the second half of a sentence; null where there are no words for it. */
export const diskReason = (errno: string | null): string | null => reasons[errno ?? ''] ?? null;

export const diskFailure = (
  { what, ...context }: DiskProblem,
  errno: string | null,
  reason: string,
): Failure =>
  new Failure(codes[errno ?? ''] ?? 'io', `${what}: ${reason}.`, {
    ...context,
    ...(errno === null ? {} : { detail: errno }),
  });

const CHECK = 'Check the folder and its disk, then try again.';
const CHECK_SPACE = 'Free some space or check the disk';

// The vault

const ofVault = (what: string): DiskProblem => ({ what, next: CHECK });

export const vaultNotRead = ofVault('The vault cannot be read');
export const vaultNotOpened = ofVault('The vault cannot be opened');
export const vaultNotUnlocked = ofVault('The vault cannot be unlocked');
export const vaultNotCreated = ofVault('The vault cannot be created');
export const ledgerNotRead = ofVault('The ledger cannot be read');
export const newLedgerNotStarted = ofVault('The new ledger cannot be started');
export const timeStampNotSaved = ofVault('The time stamp could not be saved');

export const changeNotWritten: DiskProblem = {
  what: 'The change could not be written',
  unharmed: 'Nothing was changed. Everything that was confirmed before is on the disk.',
  next: `${CHECK_SPACE}, then try again.`,
};

export const checkpointNotSigned: DiskProblem = {
  what: 'The checkpoint could not be written',
  unharmed: 'Every record that was confirmed is on the disk.',
  next: `${CHECK_SPACE}. The next checkpoint covers these records.`,
};

export const vaultNotLocked: DiskProblem = {
  what: 'The vault cannot be locked for this program',
  unharmed: 'Nothing was changed.',
  next: 'Check that you may write to the folder and that its disk supports hard links.',
};

export const folderNotCreated = (folder: string): DiskProblem => ({
  what: `The folder ${folder} cannot be created`,
  unharmed: 'Nothing was created.',
  next: 'Choose a place that exists and where you may write.',
});

export const tokenConfigurationNotWritten: DiskProblem = {
  what: 'The configuration of the evaluation token cannot be written',
  unharmed: 'The vault was not changed.',
  next: "Make the vault's folder one in which you may write, then try again.",
};

// Reports and checkpoints

export const reportNotWritable = (file: string): DiskProblem => ({
  what: `The report ${file} cannot be written`,
  unharmed: 'No report was created, and nothing was signed or recorded for it.',
  next: 'Choose another place.',
});

export const reportNotWritten = (file: string): DiskProblem => ({
  what: `The report ${file} could not be written`,
  unharmed: 'The ledger says that it was created. The vault is intact.',
  next: 'Choose another place and create the report again.',
});

export const reportNotRead: DiskProblem = { what: 'The report cannot be read', next: CHECK };

export const fileNotRead = (name: string): DiskProblem => ({
  what: `${name} cannot be read`,
  unharmed: 'Nothing was changed.',
});

export const checkpointNotWritten: DiskProblem = {
  what: 'The checkpoint could not be written there',
  unharmed: 'The vault is intact.',
  next: 'Choose another folder.',
};

// The command line and the window

export const resultNotPrinted: DiskProblem = {
  what: 'The result could not be written',
  unharmed: 'The command ran to its end. Only what it prints is lost.',
  next: 'Print to another place. "claviger audit list" shows what was done.',
};

export const settingsNotSaved: DiskProblem = {
  what: 'The settings cannot be saved',
  unharmed: 'They have not changed.',
  next: 'Check the disk of your home folder, then try again.',
};

export const vaultListNotSaved: DiskProblem = {
  what: 'The list of vaults cannot be saved',
  next: CHECK,
};

export const receiptsNotWritten: DiskProblem = {
  what: 'The receipts could not be written',
  next: CHECK,
};

export const resultNotSaved: DiskProblem = { what: 'The result cannot be written', next: CHECK };

export const evidenceNotWritten: DiskProblem = {
  what: 'The evidence could not be written',
  next: CHECK,
};

export const probeNotWritten: DiskProblem = {
  what: 'The results could not be saved',
  next: CHECK,
};
