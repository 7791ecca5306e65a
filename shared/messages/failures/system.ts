import { Failure } from '../../failure.ts';

export const clockWrong = (year: number): Failure =>
  new Failure('usage', `The clock of this computer says the year ${year}.`, {
    unharmed: 'Nothing was written.',
    next: 'Set the clock, then try again.',
  });

export const stateFolderNotFull = (folder: string): Failure =>
  new Failure('usage', `CLAVIGER_STATE is not a full path: ${folder}.`, {
    unharmed: 'Nothing was done.',
    next: 'Give the full path of the folder.',
  });
