import * as v from 'valibot';
import { compareNames } from '../../shared/names.ts';
import { keyIdSchema, type KeyId } from '../../shared/ids.ts';

import {
  bulks,
  bytesSchema,
  comparableName,
  custodies,
  isCustodyPair,
  keyMaterialSchema,
  keyNameSchema,
  keyStates,
  type Bulk,
  type Custody,
  type KeyMaterial,
  type KeyState,
  type KeySummary,
  type KeyVersion,
  type AtPeriodEnd,
  atPeriodEnds,
} from '../../shared/keys.ts';
import {
  badKeyName,
  keyNameAlike,
  keyNameTaken,
  noSuchKey,
  noSuchVersion,
  versionDestroyed,
} from '../../shared/messages/failures/keys.ts';
import { type Db, type Query, sql } from '../sqlite/index.ts';

const kcvSchema = v.pipe(
  v.string(),
  v.transform((kcv) => (kcv === '' ? null : kcv)),
);
const booleanSchema = v.pipe(
  v.number(),
  v.transform((value) => value === 1),
);
const dateSchema = v.nullable(v.string());

const summarySchema = v.strictObject({
  id: keyIdSchema,
  name: v.string(),
  custody: v.picklist(custodies),
  bulk: v.picklist(bulks),
  state: v.picklist(keyStates),
  version: v.number(),
  kcv: kcvSchema,
  created: v.string(),
  activated: dateSchema,
  activates: dateSchema,
  periodDays: v.nullable(v.number()),
  atPeriodEnd: v.picklist(atPeriodEnds),
  protected: booleanSchema,
});

const versionSchema = v.strictObject({
  version: v.number(),
  state: v.picklist(keyStates),
  kcv: kcvSchema,
  created: v.string(),
  since: dateSchema,
  activates: dateSchema,
  activated: dateSchema,
  deactivated: dateSchema,
  compromised: dateSchema,
  destroyed: dateSchema,
  destroys: dateSchema,
  postponed: booleanSchema,
  beforeDestroy: v.nullable(v.picklist(keyStates)),
});

const datedSchema = v.strictObject({ id: keyIdSchema, version: v.number() });
export type DatedVersion = v.InferOutput<typeof datedSchema>;

const destroyedSchema = v.strictObject({
  id: keyIdSchema,
  version: v.number(),
  /** CKA_ID, 16 bytes. */
  objectId: v.instance(Uint8Array),
});
export type DestroyedObject = v.InferOutput<typeof destroyedSchema>;

const wrappedSchema = v.strictObject({ ...keyMaterialSchema.entries, blob: bytesSchema });
export type WrappedMaterial = v.InferOutput<typeof wrappedSchema>;

export interface NewKey {
  readonly id: KeyId;
  readonly name: string;
  readonly custody: Custody;
  readonly bulk: Bulk;
}

/** One version as it is stored: a blob, or for resident keys an object id with its proof. */
export interface NewKeyVersion extends Pick<KeyMaterial, 'version' | 'kcv'> {
  readonly state: Exclude<KeyState, 'destroyed'>;
  /** When it is to become active, UTC, ISO 8601; null: it is, or without a date. */
  readonly activates: string | null;
  readonly blob: Uint8Array | null;
  readonly objectId: Uint8Array | null;
  readonly proof: Uint8Array | null;
  /** UTC, ISO 8601. */
  readonly created: string;
}

/** What can be asked about keys. */
export interface KeyReader {
  list(): KeySummary[];
  /** By ID or name, exactly or as names are compared; null if none or several match. */
  find(idOrName: string): KeySummary | null;
  /** Like find. @throws Failure 'key-not-found' */
  get(idOrName: string): KeySummary;
  /** @throws Failure 'name-taken' | 'usage' if a new key cannot have this name */
  refuseName(name: string): void;
  /** The names of all keys, including destroyed ones. */
  names(): ReadonlyMap<KeyId, string>;
  /** Newest first. @throws Failure 'key-not-found' */
  versions(idOrName: string): KeyVersion[];
  /** Like versions. @throws Failure 'key-not-found' */
  version(idOrName: string, version: number): KeyVersion;
  /** Versions with a date to come: of their activation or their destruction. */
  dated(): DatedVersion[];
  /** What the engine needs to use a version, the newest by default. @throws Failure 'key-not-found' | 'key-state' (destroyed) */
  material(idOrName: string, version?: number): KeyMaterial;
  /** Every version that is wrapped by the masters: all that are stored, but resident ones. */
  wrapped(): WrappedMaterial[];
  /** Token objects of destroyed resident keys, which must no longer be in the token. */
  destroyedObjects(): DestroyedObject[];
}

export class KeyRepository implements KeyReader {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** @throws Failure 'name-taken' | 'usage' */
  insert({ id, name, custody, bulk }: NewKey, version: NewKeyVersion): void {
    if (!isCustodyPair(custody, bulk)) throw new Error(`${custody} with ${bulk} does not exist`);
    this.refuseName(name);
    this.#db.run(sql`INSERT INTO keys (id, name, custody, bulk, created)
      VALUES (${id}, ${name}, ${custody}, ${bulk}, ${version.created})`);
    this.addVersion(id, version);
  }

  addVersion(id: KeyId, each: NewKeyVersion): void {
    const { version, state, kcv, blob, objectId, proof, created, activates } = each;
    const activated = state === 'active' ? created : null;
    this.#db.run(sql`INSERT INTO key_versions
      (key_id, version, state, kcv, blob, object_id, proof, created, since, activated, activates)
      VALUES (${id}, ${version}, ${state}, ${kcv}, ${blob}, ${objectId}, ${proof}, ${created},
        ${created}, ${activated}, ${activates})`);
  }

  list(): KeySummary[] {
    const keys = this.#db.all(summaries(sql`SELECT id FROM keys`), summarySchema);
    return keys.sort((a, b) => compareNames(a.name, b.name));
  }

  find(idOrName: string): KeySummary | null {
    const exact = this.#one(sql`SELECT id FROM keys WHERE id = ${idOrName} OR name = ${idOrName}`);
    if (exact !== null) return exact;
    const [id, ...others] = this.#alike(idOrName);
    if (id === undefined || others.length > 0) return null;
    return this.#one(sql`SELECT id FROM keys WHERE id = ${id}`);
  }

  get(idOrName: string): KeySummary {
    const key = this.find(idOrName);
    if (key !== null) return key;
    throw noSuchKey(idOrName);
  }

  refuseName(name: string): void {
    const checked = v.safeParse(keyNameSchema, name);
    if (!checked.success) throw badKeyName(checked.issues[0].message);
    const [taken] = this.#alike(name);
    if (taken === undefined) return;
    const theirs = this.names().get(taken) ?? name;
    throw theirs === name ? keyNameTaken(name) : keyNameAlike(name, theirs);
  }

  names(): ReadonlyMap<KeyId, string> {
    const row = v.object({ id: keyIdSchema, name: v.string() });
    const rows = this.#db.all(sql`SELECT id, name FROM keys`, row);
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  versions(idOrName: string): KeyVersion[] {
    const { id } = this.get(idOrName);
    const query = sql`SELECT version, state, kcv, created, since, activates, activated, deactivated,
        compromised, destroyed, destroys, postponed, before_destroy AS beforeDestroy
      FROM key_versions WHERE key_id = ${id} ORDER BY version DESC`;
    return this.#db.all(query, versionSchema);
  }

  version(idOrName: string, version: number): KeyVersion {
    const found = this.versions(idOrName).find((each) => each.version === version);
    if (found !== undefined) return found;
    throw noSuchVersion(this.get(idOrName).name, version);
  }

  dated(): DatedVersion[] {
    const query = sql`SELECT key_id AS id, version FROM key_versions
      WHERE destroys IS NOT NULL OR (state = 'pre-activation' AND activates IS NOT NULL)`;
    return this.#db.all(query, datedSchema);
  }

  material(idOrName: string, version?: number): KeyMaterial {
    const key = this.get(idOrName);
    const wanted = version ?? key.version;
    const found = this.#db.one(
      sql`SELECT key_id AS id, version, custody, bulk, kcv, blob, object_id AS objectId, proof
        FROM key_versions JOIN keys ON keys.id = key_id
        WHERE key_id = ${key.id} AND version = ${wanted} AND state <> 'destroyed'`,
      keyMaterialSchema,
    );
    return found ?? this.#refuseMaterial(key, wanted);
  }

  /**
   * Any change except to and from "destroyed". The caller decides which changes are allowed.
   * @param time of the change, UTC, ISO 8601
   */
  setState(id: KeyId, version: number, state: Exclude<KeyState, 'destroyed'>, time: string): void {
    this.#changeOne(
      sql`UPDATE key_versions SET
          since = iif(state = ${state}, since, ${time}),
          activated = iif(${state} = 'active', coalesce(activated, ${time}), activated),
          deactivated = iif(${state} = 'deactivated', coalesce(deactivated, ${time}), deactivated),
          state = ${state}
        WHERE key_id = ${id} AND version = ${version} AND state <> 'destroyed'`,
      `${id}/${version}`,
    );
  }

  /** @param since when others may have come to know it, UTC, ISO 8601 */
  setCompromised(id: KeyId, version: number, since: string): void {
    this.#changeOne(
      sql`UPDATE key_versions SET compromised = ${since}
        WHERE key_id = ${id} AND version = ${version}`,
      `${id}/${version}`,
    );
  }

  /** @param plan null: it is not to be destroyed any more */
  setDestruction(
    id: KeyId,
    version: number,
    plan: { readonly destroys: string; readonly beforeDestroy: KeyState } | null,
  ): void {
    this.#changeOne(
      sql`UPDATE key_versions
        SET destroys = ${plan?.destroys ?? null}, before_destroy = ${plan?.beforeDestroy ?? null},
          postponed = 0
        WHERE key_id = ${id} AND version = ${version} AND state <> 'destroyed'`,
      `${id}/${version}`,
    );
  }

  /** Of a version that is to be destroyed: the state that it goes back to if that is cancelled. */
  setBeforeDestroy(id: KeyId, version: number, state: KeyState): void {
    this.#changeOne(
      sql`UPDATE key_versions SET before_destroy = ${state}
        WHERE key_id = ${id} AND version = ${version} AND destroys IS NOT NULL`,
      `${id}/${version}`,
    );
  }

  /** From now on, only a person may let its destruction take place. */
  postponeDestruction(id: KeyId, version: number): void {
    this.#changeOne(
      sql`UPDATE key_versions SET postponed = 1
        WHERE key_id = ${id} AND version = ${version} AND destroys IS NOT NULL`,
      `${id}/${version}`,
    );
  }

  /** @param days null: without end */
  setPeriod(id: KeyId, days: number | null, atEnd: AtPeriodEnd): void {
    this.#changeOne(
      sql`UPDATE keys SET period_days = ${days}, at_period_end = ${atEnd} WHERE id = ${id}`,
      id,
    );
  }

  setProtected(id: KeyId, isProtected: boolean): void {
    this.#changeOne(sql`UPDATE keys SET protected = ${isProtected ? 1 : 0} WHERE id = ${id}`, id);
  }

  /** Replaces the blob, as a purge does after re-wrapping under new masters. */
  setBlob(id: KeyId, version: number, blob: Uint8Array): void {
    this.#changeOne(
      sql`UPDATE key_versions SET blob = ${blob}
        WHERE key_id = ${id} AND version = ${version} AND blob IS NOT NULL`,
      `${id}/${version}`,
    );
  }

  /**
   * Marks a version as destroyed and deletes its blob. A resident key keeps its object ID and
   * proof, to find its object if it is still in the token.
   */
  destroy(id: KeyId, version: number, time: string): void {
    this.#changeOne(
      sql`UPDATE key_versions
        SET state = 'destroyed', blob = NULL, since = ${time}, destroyed = ${time}, destroys = NULL
        WHERE key_id = ${id} AND version = ${version} AND state <> 'destroyed'`,
      `${id}/${version}`,
    );
  }

  wrapped(): WrappedMaterial[] {
    const query = sql`SELECT key_id AS id, version, custody, bulk, kcv, blob,
        object_id AS objectId, proof
      FROM key_versions JOIN keys ON keys.id = key_id
      WHERE blob IS NOT NULL AND state <> 'destroyed' ORDER BY key_id, version`;
    return this.#db.all(query, wrappedSchema);
  }

  destroyedObjects(): DestroyedObject[] {
    const query = sql`SELECT key_id AS id, version, object_id AS objectId FROM key_versions
      WHERE state = 'destroyed' AND object_id IS NOT NULL`;
    return this.#db.all(query, destroyedSchema);
  }

  #one(which: Query): KeySummary | null {
    return this.#db.one(summaries(which), summarySchema);
  }

  #alike(name: string): KeyId[] {
    const wanted = comparableName(name);
    return [...this.names()]
      .filter(([, each]) => comparableName(each) === wanted)
      .map(([id]) => id);
  }

  #changeOne(query: Query, which: string): void {
    if (this.#db.run(query) !== 1) throw new Error(`key version ${which} cannot be changed so`);
  }

  #refuseMaterial(key: KeySummary, version: number): never {
    const known = this.versions(key.id).some((each) => each.version === version);
    throw known ? versionDestroyed(key.name, version) : noSuchVersion(key.name, version);
  }
}

/** Keys with their newest version. */
const summaries = (which: Query): Query => ({
  text: `SELECT id, name, custody, bulk, state, version, kcv, keys.created AS created,
      activated, activates, period_days AS periodDays, at_period_end AS atPeriodEnd, protected
    FROM keys JOIN key_versions ON key_id = id
    WHERE id IN (${which.text})
      AND version = (SELECT max(version) FROM key_versions WHERE key_id = id)`,
  values: which.values,
});
