import { Failure } from '../../shared/failure.ts';
import { vaultRolledBack } from '../../shared/messages/failures/vault.ts';
import type { RollbackFinding } from './rollback.ts';

/** Why a vault can only be viewed. */
export const rolledBack = (findings: readonly RollbackFinding[] = []): Failure => {
  const blocking = findings.filter(({ blocks }) => blocks);
  // The same finding from several sources is reported once.
  const problems = blocking
    .filter(({ kind }, at) => blocking.findIndex((each) => each.kind === kind) === at)
    .map(({ problem }) => problem);
  return vaultRolledBack(problems);
};
