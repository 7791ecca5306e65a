import { Failure, type FailureCode, type FailureData } from '../../shared/failure.ts';

/** Why a plan leaves something out. */

export const intoVault = (folder: string): Failure =>
  new Failure('usage', `The output folder ${folder} lies in the vault.`, {
    unharmed: 'Nothing was written.',
    next: 'Choose another output folder.',
  });

export const emptyFolder: FailureData = {
  code: 'not-found',
  cause: 'This folder is empty.',
  unharmed: 'It was left as it is.',
};

export const because = (code: FailureCode, cause: string): FailureData => ({
  code,
  cause,
  unharmed: 'It was left as it is.',
});

export const collision = (output: string): FailureData => ({
  code: 'collision',
  cause: `Another file of this batch is, or becomes, ${output}.`,
  unharmed: 'Neither file was touched.',
  next: 'Choose "keep both", another output folder, or two batches.',
});
