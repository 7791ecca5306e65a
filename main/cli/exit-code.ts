import type { Receipt } from '../../shared/batch.ts';
import {
  type Failure,
  type FailureCode,
  type FailureGroup,
  groupOf,
} from '../../shared/failure.ts';
import { exitCodes } from './exit-codes.ts';

const ofGroup: Readonly<Record<FailureGroup, number>> = {
  usage: exitCodes.usage,
  token: exitCodes.token,
  vault: exitCodes.unverified,
  key: exitCodes.usage,
  file: exitCodes.someFailed,
};

/** Failures of the vault that do not mean its contents are wrong. */
const passing: ReadonlySet<FailureCode> = new Set(['vault-locked', 'record-failed']);

export const exitCodeOfFailure = ({ code }: Failure): number =>
  passing.has(code) ? exitCodes.someFailed : ofGroup[groupOf(code)];

/** Files skipped on purpose are no failure; files that were named and not processed are. */
export const exitCodeOf = (receipts: readonly Receipt[]): number => {
  const ended = receipts.every(
    ({ outcome, originalDeleted }) =>
      outcome === 'skipped' || (outcome === 'done' && originalDeleted !== false),
  );
  return ended ? exitCodes.done : exitCodes.someFailed;
};
