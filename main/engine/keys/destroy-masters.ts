import type { TokenConnection } from '../pkcs11/connection.ts';
import { destroyTokenKey, isInToken, type TokenKeyName } from '../pkcs11/objects.ts';

/**
 * Destroys masters that nothing is wrapped by any more, as far as they are still there, and looks
 * for them again.
 * @returns how many were there
 * @throws Failure 'token-failed' where one is still there afterwards
 */
export const destroyMasters = (
  connection: TokenConnection,
  masters: readonly TokenKeyName[],
): number =>
  connection.withSession((session) => {
    const found = masters.filter((master) => isInToken(session, master));
    for (const master of found) destroyTokenKey(session, master);
    return found.length;
  });
