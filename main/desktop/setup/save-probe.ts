import { writeFile } from 'node:fs/promises';
import type { Profile } from '../../../shared/contract/token.ts';
import { VERSION } from '../../../shared/version.ts';
import { probeNotWritten } from '../../../shared/messages/failures/disk.ts';
import { orFailure } from '../../system/index.ts';
import type { Dialogs } from '../common/index.ts';

/**
 * Asks where, and writes what the probe found as JSON. There is no vault yet that could sign it: a
 * vault's report "Token evidence" is signed.
 */
export const saveProbe = async (
  profile: Profile,
  dialogs: Pick<Dialogs, 'pickSave'>,
): Promise<{ path: string } | null> => {
  const file = await dialogs.pickSave(`token-probe-${safe(profile.token.serial)}.json`);
  if (file === null) return null;
  const document = { program: `claviger/${VERSION}`, written: new Date().toISOString(), profile };
  const text = `${JSON.stringify(document, null, 2)}\n`;
  await orFailure(probeNotWritten, writeFile(file, text));
  return { path: file };
};

/** A serial number comes from the token: it may hold anything. */
const safe = (text: string): string => text.replaceAll(/[^\w-]+/g, '_').slice(0, 40);
