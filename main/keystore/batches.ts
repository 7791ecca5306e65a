import * as v from 'valibot';
import { batchIdSchema, type BatchId } from '../../shared/ids.ts';
import type { Json } from '../json/index.ts';
import { type Db, sql } from '../sqlite/index.ts';

const jsonSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.custom<Json>((value) => value !== undefined),
);

const batchSchema = v.strictObject({
  id: batchIdSchema,
  kind: v.string(),
  /** UTC, ISO 8601. */
  created: v.string(),
  plan: jsonSchema,
  state: v.string(),
});
/** An unfinished batch, with what is needed to continue it. */
export type Batch = v.InferOutput<typeof batchSchema>;

export class BatchRepository {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  insert({ id, kind, created, plan, state }: Batch): void {
    this.#db.run(sql`INSERT INTO batches (id, kind, created, plan, state)
      VALUES (${id}, ${kind}, ${created}, ${JSON.stringify(plan)}, ${state})`);
  }

  list(): Batch[] {
    const query = sql`SELECT id, kind, created, plan, state FROM batches ORDER BY created, id`;
    return this.#db.all(query, batchSchema);
  }

  find(id: BatchId): Batch | null {
    const query = sql`SELECT id, kind, created, plan, state FROM batches WHERE id = ${id}`;
    return this.#db.one(query, batchSchema);
  }

  /** Changes plan and state; the start of the batch stays the same. */
  replace(id: BatchId, plan: Json, state: string): void {
    const query = sql`UPDATE batches SET plan = ${JSON.stringify(plan)}, state = ${state}
      WHERE id = ${id}`;
    if (this.#db.run(query) !== 1) throw new Error(`there is no batch ${id}`);
  }

  /** Forgets a finished batch; what it did is in the ledger. */
  remove(id: BatchId): void {
    this.#db.run(sql`DELETE FROM batches WHERE id = ${id}`);
  }
}
