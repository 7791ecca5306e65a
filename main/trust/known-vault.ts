import { isAbsolute } from 'node:path';
import * as v from 'valibot';
import { vaultIdSchema } from '../../shared/ids.ts';

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** What one user knows of one vault, kept outside of its folder: see docs/security.md. */
export const knownVaultSchema = v.strictObject({
  version: v.literal(1),
  vault: vaultIdSchema,
  /** The PKCS#11 library: the real path, without links. */
  modulePath: v.pipe(v.string(), v.check(isAbsolute)),
  /** Text for C_Initialize, if the library needs one (NSS). */
  parameters: v.nullable(v.string()),
  librarySha256: sha256,
  token: v.strictObject({ label: v.string(), serial: v.string() }),
  /** True for an evaluation token, whose files are in the vault's folder and move with it. */
  inVault: v.boolean(),
  /** SHA-256 of the public key (SPKI) in the first record; null if there is none. */
  checkpointKey: v.nullable(sha256),
  /** The newest checkpoint that was verified here; null before the first. */
  seen: v.nullable(v.strictObject({ epoch: count, size: count, root: sha256 })),
  /** True once a session of this vault was authenticated here: older states have none. */
  sessions: v.boolean(),
});
export type KnownVault = Readonly<v.InferOutput<typeof knownVaultSchema>>;
