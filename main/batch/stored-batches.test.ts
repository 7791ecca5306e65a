import { expect, it } from 'vitest';
import type { BatchId } from '../../shared/ids.ts';
import { Keystore } from '../keystore/keystore.ts';
import { migrations } from '../keystore/migrations/index.ts';
import { loadSqlJs } from '../sqlite/sql-js.ts';
import { unfinishedBatches } from './index.ts';

it('a damaged stored batch is reported as a damaged keystore', async () => {
  const store = Keystore.empty(await loadSqlJs());
  store.migrate(migrations);
  const created = '2026-01-01T00:00:00.000Z';
  const id = 'b'.repeat(32) as BatchId;
  const plan = { files: 7 };
  store.tables.batches.insert({ id, kind: 'encrypt', created, plan, state: 'running' });
  const damaged = { code: 'keystore-damaged', detail: 'id is missing' };
  expect(() => unfinishedBatches(store)).toThrow(expect.objectContaining(damaged) as Error);
});
