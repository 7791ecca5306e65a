import { Failure } from '../../failure.ts';

/** Of the command line alone: what was typed, and the PIN. */

// Arguments

/** @param cause what the parser of Node.js says */
export const badArguments = (cause: string): Failure =>
  new Failure('usage', cause, { next: 'Run the command with --help.' });

export const noSuchCommand = (words: string): Failure =>
  new Failure('usage', `There is no command "${words}".`, {
    next: 'Run "claviger --help" to see the commands.',
  });

export const unwantedArgument = (command: string, argument: string): Failure =>
  new Failure('usage', `"claviger ${command}" has no use for "${argument}".`, {
    next: 'Leave it out, or put the name of its option before it. --help shows the options.',
  });

export const emptyArgument = (): Failure =>
  new Failure('usage', 'One of the arguments is empty.', {
    unharmed: 'Nothing was done.',
    next: 'Check whether a variable of your script has no value.',
  });

export const argumentNotUtf8 = (what: string): Failure =>
  new Failure('usage', `${what} is not UTF-8.`, {
    unharmed: 'Nothing was done.',
    next: 'Rename it, or choose another one.',
  });

export const notAChoice = (option: string, choices: readonly string[], given: string): Failure =>
  new Failure('usage', `--${option} is one of ${choices.join(', ')}, not "${given}".`);

export const notACount = (option: string, given: string): Failure =>
  new Failure('usage', `--${option} "${given}" is not a number of records.`);

export const notConfirmed = (wanted: string): Failure =>
  new Failure('usage', `It was not confirmed: "${wanted}" was not typed.`, {
    unharmed: 'Nothing was removed.',
    next: `Type it at the prompt, or give --confirm "${wanted}".`,
  });

export const notDays = (option: string, given: string): Failure =>
  new Failure('usage', `--${option} "${given}" is not a number of days from 1 to 99999.`);

export const notATime = (option: string, given: string): Failure =>
  new Failure('usage', `--${option} "${given}" is not a time.`, {
    next: 'Write it like 2026-01-31 (midnight UTC), 2026-01-31T12:00Z or 2026-01-31T12:00+01:00.',
  });

export const emptySpan = (since: string, until: string): Failure =>
  new Failure('usage', `There is no time between --since ${since} and --until ${until}.`, {
    next: 'Give a time for --until that is later than that of --since.',
  });

export const notAHash = (option: string, digits: number): Failure =>
  new Failure('usage', `--${option} has 64 hexadecimal digits; ${digits} are given.`, {
    unharmed: 'Nothing was changed.',
  });

/** @param fault what is wrong with it, as a sentence */
export const badFingerprint = (fault: string): Failure =>
  new Failure('usage', fault, {
    unharmed: 'Nothing was verified.',
    next: 'Give all of it after --key.',
  });

// What is missing from the command

export const vaultNotGiven = (): Failure =>
  new Failure('usage', 'No vault was given.', {
    next: 'Name its folder with --vault DIR or the variable CLAVIGER_VAULT.',
  });

export const filesNotGiven = (
  verb: 'encrypt' | 'decrypt' | 'verify' | 'rewrap' | 're-encrypt' | 'survey',
): Failure =>
  new Failure('usage', `No files to ${verb} were given.`, {
    next: 'Name at least one file or folder.',
  });

export const keyNotGiven = (): Failure =>
  new Failure('usage', 'No key to encrypt with was given.', {
    next: 'Give --key NAME. "claviger key list" shows the keys.',
  });

export const outNotGiven = (): Failure =>
  new Failure('usage', '--out is empty.', { next: 'Name the folder for the outputs after --out.' });

export const reportOutNotGiven = (): Failure =>
  new Failure('usage', 'No file for the report was given.', { next: 'Give --out FILE.json.' });

export const reportNotGiven = (): Failure =>
  new Failure('usage', 'No report was given.', { next: 'Name its JSON file.' });

export const reasonNotGiven = (): Failure =>
  new Failure('usage', 'No reason was given.', { next: 'Say what happened: --accept "REASON".' });

export const folderNotGiven = (): Failure =>
  new Failure('usage', 'No folder was given.', { next: 'Name the folder for the checkpoint.' });

export const checkpointNotGiven = (): Failure =>
  new Failure('usage', 'No checkpoint was given.', { next: 'Name its file.' });

export const replyNotGiven = (): Failure =>
  new Failure('usage', 'No reply was given.', { next: 'Name its file (.tsr).' });

export const libraryNotGiven = (): Failure =>
  new Failure('usage', 'No PKCS#11 library was given.', {
    next: 'Give --module PATH. "claviger token list" shows the libraries that are there.',
  });

const TOKENS = '"claviger token list" shows the tokens that are there.';

const tokenNotGiven = (how: string): Failure =>
  new Failure('usage', 'No token was given.', { next: `${how} ${TOKENS}` });

export const tokenToTestNotGiven = (): Failure => tokenNotGiven('Give --token LABEL.');

export const tokenToTrustNotGiven = (): Failure =>
  tokenNotGiven('Give --token LABEL and --serial SERIAL.');

export const tokenOfNewVaultNotGiven = (): Failure =>
  tokenNotGiven('Give --evaluation, or --module PATH and --token LABEL.');

// One thing too many

export const notOneFile = (): Failure => new Failure('usage', 'Give one file.');

export const notOneKey = (): Failure =>
  new Failure('usage', 'Give the name of one key.', {
    next: 'Put a name with spaces between quotation marks.',
  });

export const notOneBatch = (): Failure =>
  new Failure('usage', 'Give one batch, or none for all of them.');

export const trashAndDelete = (): Failure =>
  new Failure('usage', 'Originals are deleted or moved to the trash, not both.', {
    next: 'Give --delete-originals or --trash-originals.',
  });

export const trashOnLinuxOnly = (): Failure =>
  new Failure('usage', 'The command line uses the trash on Linux only.', {
    next: 'Use the window, or give --delete-originals.',
  });

export const evaluationAndToken = (): Failure =>
  new Failure('usage', '--evaluation creates its own token.', {
    next: 'Leave out --module and --token, or leave out --evaluation.',
  });

// Trust

export const needsSoftHsm = (modulePath: string): Failure =>
  new Failure('usage', 'The token of this vault is in its folder: it needs SoftHSM2.', {
    unharmed: 'Nothing was changed.',
    next: `Leave --module out, or name ${modulePath}.`,
  });

export const otherFingerprint = (wanted: string, found: string | null): Failure =>
  new Failure('vault-other', 'The key of this vault has another fingerprint.', {
    unharmed: 'Nothing was loaded and nothing was changed.',
    next: 'Open the folder of the vault that you mean, or ask where this one comes from.',
    detail: `wanted ${wanted}, found ${found ?? 'none'}`,
  });

export const otherLibrary = (modulePath: string, wanted: string, found: string): Failure =>
  new Failure('library-changed', 'The PKCS#11 library has another SHA-256.', {
    unharmed: 'It was not loaded and nothing was changed.',
    next: 'Name the library that you mean, or ask where this one comes from.',
    detail: `${modulePath}: wanted ${wanted}, found ${found}`,
  });

// The PIN

export const pinNotGiven = (): Failure =>
  new Failure('pin-missing', 'This needs the PIN of the token.', {
    unharmed: 'Nothing was changed.',
    next: 'Type it at the prompt, or give it with --pin-file FILE or the variable CLAVIGER_PIN.',
  });

export const newPinNotGiven = (): Failure =>
  new Failure('pin-missing', 'No new PIN was given.', {
    unharmed: 'The PIN was not changed.',
    next: 'Type it at the prompt, or give it with --new-pin-file FILE or the variable CLAVIGER_NEW_PIN.',
  });

export const pinsDiffer = (): Failure =>
  new Failure('pin-incorrect', 'The PINs do not match.', {
    unharmed: 'Nothing was created or changed.',
    next: 'Run the command again.',
  });

const pinFileFaults = {
  empty: 'is empty',
  other: 'holds something else',
  unreadable: 'cannot be read',
} as const;

export const badPinFile = (
  file: string,
  fault: keyof typeof pinFileFaults,
  detail?: string,
): Failure =>
  new Failure('pin-missing', `The PIN file ${file} ${pinFileFaults[fault]}.`, {
    unharmed: 'No PIN was tried.',
    next: 'Name a file that holds the PIN and nothing else.',
    ...(detail === undefined ? {} : { detail }),
  });

export const keyReasonNotGiven = (): Failure =>
  new Failure('usage', 'Give the reason with --reason.', { unharmed: 'Nothing was changed.' });

export const notAVersion = (text: string): Failure =>
  new Failure('usage', `"${text}" is no version of a key: those are 1, 2, 3 and so on.`, {
    unharmed: 'Nothing was changed.',
  });

export const notANumber = (option: string, text: string): Failure =>
  new Failure('usage', `--${option} "${text}" is not a whole number.`, {
    unharmed: 'Nothing was changed.',
  });

export const destructionNotConfirmed = (name: string): Failure =>
  new Failure('usage', 'The destruction was not confirmed.', {
    unharmed: 'Nothing was changed.',
    next: `Type the name of the key when asked, or give --confirm ${JSON.stringify(name)}.`,
  });

export const masterRotationNotConfirmed = (name: string): Failure =>
  new Failure('usage', 'The rotation of the master keys was not confirmed.', {
    unharmed: 'Nothing was changed.',
    next: `Type the name of the vault when asked, or give --confirm ${JSON.stringify(name)}.`,
  });
