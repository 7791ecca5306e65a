import { setImmediate } from 'node:timers/promises';
import * as v from 'valibot';
import { type Db, sql } from '../sqlite/index.ts';

/** Changing this number makes older index files invalid; they are rebuilt. */
const FORM = 6;

/** Actions, outcomes, key ids and batch ids are long and few: rows hold their numbers. */
const TABLES = `
  CREATE TABLE progress (form INTEGER NOT NULL, size INTEGER NOT NULL, bytes INTEGER NOT NULL, root TEXT NOT NULL) STRICT;
  CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE records (
    seq     INTEGER PRIMARY KEY,
    start   INTEGER NOT NULL,
    length  INTEGER NOT NULL,
    time    INTEGER NOT NULL,
    action  INTEGER NOT NULL,
    outcome INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE mentions (
    word INTEGER NOT NULL,
    seq  INTEGER NOT NULL,
    PRIMARY KEY (word, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE uses (
    key     INTEGER NOT NULL,
    version INTEGER NOT NULL,
    files   INTEGER NOT NULL DEFAULT 0,
    moved   INTEGER NOT NULL DEFAULT 0,
    last    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (key, version)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE refusals (
    key     INTEGER NOT NULL,
    version INTEGER NOT NULL,
    times   INTEGER NOT NULL,
    last    INTEGER NOT NULL,
    PRIMARY KEY (key, version)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE file_slots (
    file    INTEGER NOT NULL,
    key     INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (file, key, version)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE replaced_slots (
    file    INTEGER NOT NULL,
    key     INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (file, key, version)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER slot_added AFTER INSERT ON file_slots BEGIN
    INSERT INTO uses (key, version, files) VALUES (NEW.key, NEW.version, 1)
      ON CONFLICT (key, version) DO UPDATE SET files = files + 1;
  END;
  CREATE TRIGGER slot_removed AFTER DELETE ON file_slots BEGIN
    UPDATE uses SET files = files - 1 WHERE key = OLD.key AND version = OLD.version;
  END;
  CREATE TABLE quarters (
    quarter INTEGER NOT NULL,
    action  INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    records INTEGER NOT NULL,
    PRIMARY KEY (quarter, action, outcome)
  ) STRICT, WITHOUT ROWID;
`;

/** Made after the first filling, which is twice as fast without them. */
const INDEXES = [
  'CREATE INDEX IF NOT EXISTS records_time ON records (time)',
  'CREATE INDEX IF NOT EXISTS records_action ON records (action, outcome)',
  'CREATE INDEX IF NOT EXISTS records_outcome ON records (outcome, action)',
  'CREATE INDEX IF NOT EXISTS records_one_action ON records (action)',
  'CREATE INDEX IF NOT EXISTS slots_key ON file_slots (key, version)',
] as const;

export interface IndexProgress {
  /** Records taken in so far. */
  readonly size: number;
  /** Length of the ledger they make, in bytes. */
  readonly bytes: number;
  /** Merkle tree hash over the records, hex: an index of another ledger is no use. */
  readonly root: string;
}

export const createAuditTables = (db: Db): void => {
  db.script(TABLES);
  db.run(sql`INSERT INTO progress (form, size, bytes, root) VALUES (${FORM}, 0, 0, '')`);
};

/** Other work can run between them: each takes half a second over a million records. */
export const createAuditIndexes = async (db: Db): Promise<void> => {
  for (const statement of INDEXES) {
    await setImmediate();
    db.script(statement);
  }
};

const progressSchema = v.object({ size: v.number(), bytes: v.number(), root: v.string() });

/** Null if the file has another form. */
export const readProgress = (db: Db): IndexProgress | null =>
  db.one(sql`SELECT size, bytes, root FROM progress WHERE form = ${FORM}`, progressSchema);

export const writeProgress = (db: Db, { size, bytes, root }: IndexProgress): void => {
  db.run(sql`UPDATE progress SET size = ${size}, bytes = ${bytes}, root = ${root}`);
};

const wordSchema = v.object({ id: v.number(), word: v.string() });

export const readWords = (db: Db): Map<string, number> =>
  new Map(db.all(sql`SELECT id, word FROM words`, wordSchema).map(({ id, word }) => [word, id]));
