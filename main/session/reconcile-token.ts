import { objectNotRemoved } from '../../shared/messages/failures/token-keys.ts';
import { objectAdvice, objectName } from '../../shared/messages/token/objects.ts';
import type { KeyId } from '../../shared/ids.ts';
import type { ObjectFinding, TokenComparison } from '../engine/index.ts';
import type { JsonObject } from '../json/index.ts';
import { expectedOf } from './expected-objects.ts';
import type { VaultSession } from './vault-session.ts';
import type { Vault } from '../vault/index.ts';

/** A record names so many of the findings at most; it counts all of them. */
const MOST_NAMED = 50;

/** Compares every object in the token with the keystore, and records what was found. */
export const reconcileToken = async (session: VaultSession): Promise<TokenComparison> => {
  const { vault, engine } = session;
  const comparison = await engine.call('reconcile', expectedOf(vault));
  await vault.record([
    { action: 'token.reconcile', subject: {}, outcome: 'ok', details: detailsOf(comparison) },
  ]);
  return comparison;
};

/** A finding in words, with the name of the key that it is about. */
export interface DescribedFinding extends Omit<ObjectFinding, 'objectClass' | 'key'> {
  readonly key: { readonly id: KeyId; readonly name: string; readonly version: number } | null;
  readonly what: string;
  readonly next: string;
}

export const describeFinding = (finding: ObjectFinding, vault: Vault): DescribedFinding => {
  const { keys } = vault.tables;
  const { kind, role, objectId, label, detail } = finding;
  const key =
    finding.key === null
      ? null
      : { ...finding.key, name: keys.names().get(finding.key.id) ?? finding.key.id };
  const what = objectName(role, key);
  const next = objectAdvice(kind, role, wasAccepted(vault));
  return { kind, role, key, objectId, label, what, detail, next };
};

/** Whether it may be removed: neither the keystore nor a file needs it. */
export const isRemovable = ({ kind, role }: ObjectFinding, vault: Vault): boolean =>
  kind === 'left' || (kind === 'orphaned' && !(role === 'key' && wasAccepted(vault)));

/** An older copy was accepted: keys that were created after it are not in the keystore any more. */
const wasAccepted = ({ origin }: Vault): boolean => origin.epoch > 1;

/**
 * Removes one object that was found to be orphaned or left; the engine checks that first. The
 * record comes first: what cannot be recorded is not removed.
 * @throws Failure 'token-failed' where it is still there; that is recorded too
 */
export const removeFound = async (session: VaultSession, found: ObjectFinding): Promise<void> => {
  if (!isRemovable(found, session.vault))
    throw new Error('only what the keystore does not need is removed');
  const { vault, engine } = session;
  const { objectClass, objectId, label } = found;
  const object = { objectClass, objectId, label };
  const record = {
    action: 'token.remove',
    subject: object,
    details: { found: found.kind },
  } as const;
  await vault.record([{ ...record, outcome: 'ok' }]);
  if (await engine.call('removeObject', { expected: expectedOf(vault), object })) return;
  const failure = objectNotRemoved(label, objectId);
  await vault.record([{ ...record, outcome: 'failed', code: failure.code }]);
  throw failure;
};

const detailsOf = ({ findings, sound, otherVaults, others }: TokenComparison): JsonObject => {
  const count = (kind: ObjectFinding['kind']): number =>
    findings.filter((found) => found.kind === kind).length;
  return {
    ...{ sound, missing: count('missing'), altered: count('altered') },
    ...{ orphaned: count('orphaned'), left: count('left'), otherVaults, others },
    found: findings
      .slice(0, MOST_NAMED)
      .map(({ kind, label, objectId }) => ({ kind, label, objectId })),
  };
};
