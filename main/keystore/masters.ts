import * as v from 'valibot';
import { bytesSchema } from '../../shared/keys.ts';
import { type Db, sql } from '../sqlite/index.ts';

const masterSchema = v.strictObject({
  role: v.picklist(['wrap', 'seal']),
  /** CKA_ID of the token object, 16 bytes. */
  objectId: bytesSchema,
  label: v.string(),
  /** Confirms the object at every unlock. */
  proof: bytesSchema,
  /** UTC, ISO 8601. */
  created: v.string(),
});
export type Master = v.InferOutput<typeof masterSchema>;
export type MasterRole = Master['role'];

/** The two master keys, and how to find them in the token. */
export class MasterRepository {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Replaces the master of the same role, as a purge does. */
  set({ role, objectId, label, proof, created }: Master): void {
    this.#db.run(sql`INSERT INTO masters (role, object_id, label, proof, created)
      VALUES (${role}, ${objectId}, ${label}, ${proof}, ${created})
      ON CONFLICT (role) DO UPDATE SET object_id = excluded.object_id, label = excluded.label,
        proof = excluded.proof, created = excluded.created`);
  }

  find(role: MasterRole): Master | null {
    const query = sql`SELECT role, object_id AS objectId, label, proof, created
      FROM masters WHERE role = ${role}`;
    return this.#db.one(query, masterSchema);
  }
}
