import * as v from 'valibot';
import { vaultIdSchema } from '../../shared/ids.ts';
import { waitingDays } from '../../shared/key-life.ts';
import { jsonObjectSchema } from '../json/index.ts';
import { type Db, sql } from '../sqlite/index.ts';

/** The token with the vault's master keys, and its library. */
export const tokenBindingSchema = v.strictObject({
  label: v.string(),
  serial: v.string(),
  modulePath: v.string(),
  /** Text for C_Initialize, if the library needs one (NSS). */
  parameters: v.nullable(v.string()),
  /** SHA-256 of the library when the token was probed, hex. */
  librarySha256: v.string(),
  /** True for an evaluation token, whose files are in the vault's folder and move with it. */
  inVault: v.boolean(),
  /** What `token probe` found. */
  profile: jsonObjectSchema,
});
export type TokenBinding = v.InferOutput<typeof tokenBindingSchema>;

const signingKeySchema = v.strictObject({
  curve: v.picklist(['ed25519', 'p256']),
  objectId: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  label: v.string(),
  spki: v.pipe(v.string(), v.base64()),
});

/** The keys in the token that sign checkpoints and reports; null if it cannot sign. */
export const signingKeysSchema = v.strictObject({
  checkpoint: v.nullable(signingKeySchema),
  report: v.nullable(signingKeySchema),
  /** Certificate of the report key, DER, base64. */
  reportCertificate: v.nullable(v.pipe(v.string(), v.base64())),
});
export type StoredSigningKeys = v.InferOutput<typeof signingKeysSchema>;

const hexIdSchema = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));

/**
 * A rotation of the masters that is under way: those in the token that are not in force. Until the
 * switch, `new` ones, to be removed if it was interrupted; from then on `old` ones, to be destroyed.
 */
const masterRotationSchema = v.strictObject({
  others: v.picklist(['new', 'old']),
  /** CKA_ID of each, hex. */
  wrap: hexIdSchema,
  seal: hexIdSchema,
});
export type MasterRotation = v.InferOutput<typeof masterRotationSchema>;

const metaSchemas = {
  vaultId: vaultIdSchema,
  /** UTC, ISO 8601. */
  created: v.string(),
  token: tokenBindingSchema,
  signingKeys: signingKeysSchema,
  /** True if the token is in the vault's folder or fails a hard requirement. */
  evaluation: v.boolean(),
  waitingDays: v.pipe(
    v.number(),
    v.integer(),
    v.minValue(waitingDays.least),
    v.maxValue(waitingDays.most),
  ),
  masterRotation: v.nullable(masterRotationSchema),
};
type Meta = { [Name in keyof typeof metaSchemas]: v.InferOutput<(typeof metaSchemas)[Name]> };

/** Facts about the vault as a whole. */
export class MetaRepository {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  vaultId(): Meta['vaultId'] | null {
    return this.#get('vaultId', metaSchemas.vaultId);
  }

  created(): string | null {
    return this.#get('created', metaSchemas.created);
  }

  token(): TokenBinding | null {
    return this.#get('token', metaSchemas.token);
  }

  signingKeys(): StoredSigningKeys | null {
    return this.#get('signingKeys', metaSchemas.signingKeys);
  }

  /** Null where no rotation of the masters is under way. */
  masterRotation(): MasterRotation | null {
    return this.#get('masterRotation', metaSchemas.masterRotation);
  }

  isEvaluation(): boolean {
    return this.#get('evaluation', metaSchemas.evaluation) ?? false;
  }

  /** Days between the decision to destroy a version and its destruction, if none are named. */
  waitingDays(): number {
    return this.#get('waitingDays', metaSchemas.waitingDays) ?? waitingDays.usual;
  }

  set<Name extends keyof Meta>(name: Name, value: Meta[Name]): void {
    const text = JSON.stringify(v.parse(metaSchemas[name], value));
    this.#db.run(sql`INSERT INTO meta (name, value) VALUES (${name}, ${text})
      ON CONFLICT (name) DO UPDATE SET value = excluded.value`);
  }

  #get<S extends v.GenericSchema>(name: keyof Meta, schema: S): v.InferOutput<S> | null {
    const row = v.object({ value: v.pipe(v.string(), v.parseJson(), schema) });
    return this.#db.one(sql`SELECT value FROM meta WHERE name = ${name}`, row)?.value ?? null;
  }
}
