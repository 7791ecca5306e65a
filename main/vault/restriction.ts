import { Failure } from '../../shared/failure.ts';
import type { RollbackFinding } from './rollback.ts';

/** Why a vault can only be looked at. */
export const rolledBack = (findings: readonly RollbackFinding[] = []): Failure => {
  const blocking = findings.filter(({ blocks }) => blocks);
  // Several witnesses of the same: one says it.
  const problems = blocking
    .filter(({ kind }, at) => blocking.findIndex((each) => each.kind === kind) === at)
    .map(({ problem }) => problem);
  return new Failure(
    'rolled-back',
    ['This vault is not as it was signed last.', ...problems].join(' '),
    {
      unharmed: 'It can be looked at and verified; nothing in it is changed, no file is decrypted.',
      next: 'Restore the newest copy of the folder. Only if there is none: accept and continue, which begins a new ledger and keeps the old one.',
    },
  );
};
