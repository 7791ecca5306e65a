import type { Migration } from '../migrate.ts';

/**
 * What happens to a key after its creation. Of versions from before, the ledger alone knows when
 * they changed: they have no `since`.
 */
export const keyDates: Migration = {
  id: 2,
  name: 'key dates',
  script: `
    ALTER TABLE keys ADD COLUMN period_days INTEGER CHECK (period_days BETWEEN 1 AND 3650);
    ALTER TABLE keys ADD COLUMN at_period_end TEXT NOT NULL DEFAULT 'warn'
      CHECK (at_period_end IN ('warn', 'rotate', 'refuse'));
    ALTER TABLE keys ADD COLUMN protected INTEGER NOT NULL DEFAULT 0 CHECK (protected IN (0, 1));

    ALTER TABLE key_versions ADD COLUMN since TEXT;
    ALTER TABLE key_versions ADD COLUMN activates TEXT;
    ALTER TABLE key_versions ADD COLUMN activated TEXT;
    ALTER TABLE key_versions ADD COLUMN deactivated TEXT;
    ALTER TABLE key_versions ADD COLUMN compromised TEXT;
    ALTER TABLE key_versions ADD COLUMN destroyed TEXT;
    ALTER TABLE key_versions ADD COLUMN destroys TEXT;
    ALTER TABLE key_versions ADD COLUMN postponed INTEGER NOT NULL DEFAULT 0
      CHECK (postponed IN (0, 1));
    ALTER TABLE key_versions ADD COLUMN before_destroy TEXT CHECK (before_destroy IN
      ('pre-activation', 'active', 'suspended', 'deactivated', 'compromised'));

    UPDATE key_versions SET activated = created WHERE state <> 'pre-activation';
    UPDATE key_versions SET since = created WHERE state IN ('pre-activation', 'active');
  `,
};
