import type { RotationEffects } from '../../shared/messages/masters.ts';
import type { ReadTables } from '../keystore/index.ts';
import { bindingOf } from '../session/index.ts';

/** What a rotation of the masters concerns. */
export const rotationEffectsOf = (tables: ReadTables): RotationEffects => ({
  wrapped: tables.keys.wrapped().length,
  resident: tables.keys
    .list()
    .filter(({ custody }) => custody === 'resident')
    .flatMap(({ id }) => tables.keys.versions(id))
    .filter(({ state }) => state !== 'destroyed').length,
  inVault: bindingOf(tables).inVault,
});
