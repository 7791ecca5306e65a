import * as words from '../../shared/messages/token/objects.ts';
import type { EngineCalls } from '../engine/index.ts';
import type { Caller } from '../rpc/index.ts';
import type { Vault } from '../vault/index.ts';
import { residentKeysOf } from './expected-objects.ts';
import type { TokenFinding } from './token-findings.ts';

/** Each is a search in the token: a network HSM takes its time for them. */
const MOST = 100;
const MOST_NAMED = 3;

/**
 * A quick look at every unlock for the objects of resident keys; `reconcileToken` is the full one.
 * Only the first hundred versions are looked for.
 */
export const missingKeys = async (
  engine: Caller<EngineCalls>,
  { tables }: Pick<Vault, 'tables'>,
): Promise<TokenFinding[]> => {
  const keys = residentKeysOf(tables).flatMap(({ id, version, objectId }) =>
    objectId === null ? [] : [{ id, version, objectId }],
  );
  if (keys.length === 0) return [];
  const missing = await engine.call('missingKeys', keys.slice(0, MOST));
  if (missing.length === 0) return [];
  const names = missing
    .slice(0, MOST_NAMED)
    .map(({ id, version }) => words.versionName(tables.keys.get(id).name, version));
  const problem = words.keysMissing(names, missing.length - names.length);
  return [{ kind: 'key-missing', problem }];
};
