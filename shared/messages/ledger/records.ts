/** Why a line of the ledger is not a record, or a record is not accepted. In sentences. */

export const lineTooLong = 'The line is too long for a record.';
export const notUtf8 = 'It is not UTF-8.';
export const tooDeep = 'It is nested too deeply for a record.';
export const notJson = 'It is not JSON.';
export const notARecord = (issue: string): string => `It is not a record: ${issue}.`;
export const sessionIncomplete =
  'It is not a record: fields that identify its session are missing.';

export const notAuthenticated = (action: string): string =>
  `Nothing proves that this vault wrote it (${action}).`;
export const notSigned = 'It is not signed.';
export const sessionKeyNotOpened = 'The token cannot decrypt the key of its session.';
export const wrongPredecessors = 'It was written after other records than those before it.';
export const wrongCode = 'Its authentication code is wrong.';
