import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import type { Action } from '../../../shared/actions.ts';
import { keyIdSchema, vaultIdSchema, type KeyId, type VaultId } from '../../../shared/ids.ts';
import type { NewKeyVersion } from '../../keystore/keys.ts';
import type { NewRecord } from '../../ledger/record.ts';
import { loadSqlJs } from '../../sqlite/sql-js.ts';
import type { VaultContext } from '../vault.ts';

/** A context whose clock moves by a second each time it is asked. */
export const testContext = async (): Promise<VaultContext> => {
  let now = Date.UTC(2026, 0, 1);
  return {
    sqlJs: await loadSqlJs(),
    actor: { user: 'officer', host: 'desk-4', app: 'claviger/0.1.0' },
    clock: { source: 'test', now: () => new Date((now += 1000)) },
  };
};

export const newVaultId = (): VaultId => v.parse(vaultIdSchema, randomBytes(16).toString('hex'));
export const newKeyId = (): KeyId => v.parse(keyIdSchema, randomBytes(16).toString('hex'));

export const wrappedVersion = (version: number, blob: Uint8Array): NewKeyVersion => ({
  version,
  kcv: '878d33',
  state: 'active',
  blob,
  objectId: null,
  proof: null,
  created: '2026-01-01T00:00:00.000Z',
  activates: null,
});

/** Of whatever action: a ledger also holds what other versions of Claviger wrote. */
export const act = (action: string, name = ''): NewRecord => ({
  action: action as Action,
  subject: { name },
  outcome: 'ok',
  details: {},
});
