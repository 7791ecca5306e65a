import type { Migration } from '../migrate.ts';

export const initial: Migration = {
  id: 1,
  name: 'initial',
  script: `
    CREATE TABLE meta (
      name  TEXT PRIMARY KEY,
      value TEXT NOT NULL CHECK (json_valid(value))
    ) STRICT;

    CREATE TABLE masters (
      role      TEXT PRIMARY KEY CHECK (role IN ('wrap', 'seal')),
      object_id BLOB NOT NULL UNIQUE CHECK (length(object_id) = 16),
      label     TEXT NOT NULL,
      proof     BLOB NOT NULL,
      created   TEXT NOT NULL
    ) STRICT;

    CREATE TABLE keys (
      id      TEXT PRIMARY KEY CHECK (length(id) = 32),
      name    TEXT NOT NULL UNIQUE,
      custody TEXT NOT NULL CHECK (custody IN ('resident', 'hsm-only', 'hsm-wrapped')),
      bulk    TEXT NOT NULL CHECK (bulk IN ('token', 'host')),
      created TEXT NOT NULL
    ) STRICT;

    CREATE TABLE key_versions (
      key_id    TEXT NOT NULL REFERENCES keys (id),
      version   INTEGER NOT NULL CHECK (version >= 1),
      state     TEXT NOT NULL CHECK (state IN
                  ('pre-activation', 'active', 'suspended', 'deactivated', 'compromised', 'destroyed')),
      kcv       TEXT NOT NULL,
      blob      BLOB,
      object_id BLOB UNIQUE CHECK (length(object_id) = 16),
      proof     BLOB,
      created   TEXT NOT NULL,
      PRIMARY KEY (key_id, version),
      CHECK (state <> 'destroyed' OR blob IS NULL)
    ) STRICT;

    CREATE TABLE seal_counters (
      scope    TEXT PRIMARY KEY,
      reserved INTEGER NOT NULL CHECK (reserved >= 0)
    ) STRICT;

    CREATE TABLE batches (
      id      TEXT PRIMARY KEY CHECK (length(id) = 32),
      kind    TEXT NOT NULL,
      created TEXT NOT NULL,
      plan    TEXT NOT NULL CHECK (json_valid(plan)),
      state   TEXT NOT NULL
    ) STRICT;
  `,
};
