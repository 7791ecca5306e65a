import { Failure } from '../../shared/failure.ts';
import { vaultRolledBack } from '../../shared/messages/failures/vault.ts';
import type { RollbackFinding } from './rollback.ts';

/** Why a vault can only be looked at. */
export const rolledBack = (findings: readonly RollbackFinding[] = []): Failure => {
  const blocking = findings.filter(({ blocks }) => blocks);
  // Several witnesses of the same: one says it.
  const problems = blocking
    .filter(({ kind }, at) => blocking.findIndex((each) => each.kind === kind) === at)
    .map(({ problem }) => problem);
  return vaultRolledBack(problems);
};
