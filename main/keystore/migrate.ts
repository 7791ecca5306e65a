import * as v from 'valibot';
import { keystoreOfOtherVersion } from '../../shared/messages/failures/keystore.ts';
import { type Db, sql } from '../sqlite/index.ts';

export interface Migration {
  /** 1, 2, 3 … without a gap. */
  readonly id: number;
  readonly name: string;
  readonly script: string;
}

const TABLE = `
  CREATE TABLE IF NOT EXISTS migrations (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL
  ) STRICT;
`;

const appliedSchema = v.object({ id: v.number(), name: v.string() });

/**
 * The migrations that this database still needs.
 * @throws Failure 'keystore-damaged' if its past migrations are not the first ones of ours
 */
export const pendingMigrations = (db: Db, known: readonly Migration[]): readonly Migration[] => {
  const applied = appliedMigrations(db);
  const isPrefix = applied.every(
    ({ id, name }, index) => known[index]?.id === id && known[index].name === name,
  );
  if (isPrefix) return known.slice(applied.length);
  throw keystoreOfOtherVersion(
    `migrations ${applied.map(({ id, name }) => `${id} ${name}`).join(', ')}`,
  );
};

/** Runs these migrations, in the caller's transaction. */
export const applyMigrations = (db: Db, pending: readonly Migration[]): void => {
  db.script(TABLE);
  for (const { id, name, script } of pending) {
    db.script(script);
    db.run(sql`INSERT INTO migrations (id, name) VALUES (${id}, ${name})`);
  }
};

const appliedMigrations = (db: Db): readonly v.InferOutput<typeof appliedSchema>[] => {
  const table = sql`SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'`;
  if (db.one(table, v.object({ name: v.string() })) === null) return [];
  return db.all(sql`SELECT id, name FROM migrations ORDER BY id`, appliedSchema);
};
