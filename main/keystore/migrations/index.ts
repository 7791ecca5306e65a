import type { Migration } from '../migrate.ts';
import { initial } from './0001-initial.ts';
import { keyDates } from './0002-key-dates.ts';

/** All migrations of the keystore's schema, oldest first. A released migration never changes. */
export const migrations: readonly Migration[] = [initial, keyDates];
