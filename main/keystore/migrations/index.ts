import type { Migration } from '../migrate.ts';
import { initial } from './0001-initial.ts';

/** Every step that the keystore's schema ever took, oldest first. A released step never changes. */
export const migrations: readonly Migration[] = [initial];
