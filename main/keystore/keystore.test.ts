import type { SqlJsStatic } from 'sql.js';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import type { BatchId } from '../../shared/ids.ts';
import { custodyPairs } from '../../shared/keys.ts';
import { limits } from '../../shared/limits.ts';
import { Db, sql } from '../sqlite/db.ts';
import { loadSqlJs } from '../sqlite/sql-js.ts';
import { newKeyId, newVaultId, wrappedVersion } from '../vault/testing/context.ts';
import { Keystore, type Tables } from './keystore.ts';
import { applyMigrations, pendingMigrations, type Migration } from './migrate.ts';
import { migrations } from './migrations/index.ts';

const LATER = '2026-02-01T00:00:00.000Z';

let sqlJs: SqlJsStatic;
let store: Keystore;
let tables: Tables;
beforeAll(async () => {
  sqlJs = await loadSqlJs();
});
beforeEach(() => {
  store = Keystore.empty(sqlJs);
  store.migrate(migrations);
  ({ tables } = store);
});

const addKey = (
  name: string,
  blob: Uint8Array = Buffer.alloc(60, 3),
): ReturnType<typeof newKeyId> => {
  const id = newKeyId();
  tables.keys.insert({ id, name, custody: 'hsm-wrapped', bulk: 'host' }, wrappedVersion(1, blob));
  return id;
};

describe('keys', () => {
  it('come back by id and by name, with their newest version', () => {
    const id = addKey('Contracts');
    tables.keys.setState(id, 1, 'deactivated', LATER);
    tables.keys.addVersion(id, { ...wrappedVersion(2, Buffer.alloc(60, 4)), kcv: '010203' });
    const summary = {
      id,
      name: 'Contracts',
      custody: 'hsm-wrapped',
      bulk: 'host',
      state: 'active',
      version: 2,
      kcv: '010203',
      created: '2026-01-01T00:00:00.000Z',
      activated: '2026-01-01T00:00:00.000Z',
      activates: null,
      periodDays: null,
      atPeriodEnd: 'warn',
      protected: false,
    };
    expect(tables.keys.find('Contracts')).toEqual(summary);
    expect(tables.keys.find(id)).toEqual(summary);
    expect(tables.keys.list()).toEqual([summary]);
    expect(tables.keys.names()).toEqual(new Map([[id, 'Contracts']]));
    expect(tables.keys.versions(id)).toMatchObject([
      { version: 2, state: 'active' },
      { version: 1, state: 'deactivated', since: LATER, deactivated: LATER },
    ]);
    expect(tables.keys.material('Contracts').blob).toEqual(new Uint8Array(60).fill(4));
    expect(tables.keys.material(id, 1).blob).toEqual(new Uint8Array(60).fill(3));
  });

  it('of every custody hold what the engine needs', () => {
    for (const [index, { custody, bulk }] of custodyPairs.entries()) {
      const objectId = custody === 'resident' ? Buffer.alloc(16, index) : null;
      const proof = objectId === null ? null : Buffer.alloc(60);
      const blob = objectId === null ? Buffer.alloc(68) : null;
      const version = { ...wrappedVersion(1, Buffer.alloc(0)), kcv: '', blob, objectId, proof };
      tables.keys.insert({ id: newKeyId(), name: `key ${index}`, custody, bulk }, version);
      expect(tables.keys.find(`key ${index}`)?.kcv).toBeNull();
      const material = tables.keys.material(`key ${index}`);
      expect(material).toMatchObject({ custody, bulk, kcv: '', version: 1 });
      expect([material.blob?.length, material.objectId?.length, material.proof?.length]).toEqual(
        objectId === null ? [68, undefined, undefined] : [undefined, 16, 60],
      );
    }
  });

  it('have names that mean one key', () => {
    const id = addKey('Payroll');
    expect(() => addKey('Payroll')).toThrow(
      expect.objectContaining({ code: 'name-taken' }) as Error,
    );
    expect(() => addKey(id)).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
    expect(() => addKey(' blank')).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
    expect(tables.keys.list()).toHaveLength(1);
  });

  it.each([
    ['K', 'k'],
    ['Contracts 2026', 'contracts 2026'],
    ['Caf\u00e9', 'Cafe\u0301'],
    ['STRASSE', 'stra\u00dfe'],
    ['a b', 'a\u00a0 b'],
    ['ab', 'a\u200db'],
  ])('have distinguishable names: %j, %j', (one, other) => {
    const id = addKey(one);
    expect(() => addKey(other)).toThrow(one);
    const taken = expect.objectContaining({ code: 'name-taken' }) as Error;
    expect(() => tables.keys.refuseName(other)).toThrow(taken);
    expect(tables.keys.get(other).id).toBe(id);
  });

  it('of an older vault may have names that differ only in case: only the exact one matches', () => {
    const [one, other] = [addKey('K'), addKey('of somebody else')];
    const older = Db.load(sqlJs, store.image());
    older.run(sql`UPDATE keys SET name = 'k' WHERE id = ${other}`);
    const { keys } = Keystore.load(sqlJs, older.image(), migrations).keystore.tables;
    expect([keys.get('K').id, keys.get('k').id]).toEqual([one, other]);
    const taken = expect.objectContaining({ code: 'name-taken' }) as Error;
    for (const name of ['k', 'K']) expect(() => keys.refuseName(name)).toThrow(taken);
  });

  it('that do not exist are reported', () => {
    addKey('Payroll');
    const missing = expect.objectContaining({ code: 'key-not-found' }) as Error;
    expect(() => tables.keys.get("x' OR 1=1 --")).toThrow(missing);
    expect(() => tables.keys.material('Payroll', 2)).toThrow(missing);
    expect(tables.keys.find('nobody')).toBeNull();
  });

  it('that were destroyed have no blob, and are never active again', () => {
    const id = addKey('Payroll', Buffer.from('SEALED-BYTES-TO-GO'.repeat(400)));
    tables.keys.destroy(id, 1, LATER);
    expect(store.image().includes('SEALED-BYTES')).toBe(false);
    expect(() => tables.keys.material(id)).toThrow(
      expect.objectContaining({ code: 'key-state' }) as Error,
    );
    expect(() => tables.keys.setState(id, 1, 'active', LATER)).toThrow('cannot be changed');
    expect(() => tables.keys.setBlob(id, 1, Buffer.alloc(60))).toThrow('cannot be changed');
    expect(() => tables.keys.destroy(id, 1, LATER)).toThrow('cannot be changed');
    expect(tables.keys.find(id)?.state).toBe('destroyed');
  });

  it('of a resident kind can still be found in the token after they were destroyed here', () => {
    const id = newKeyId();
    const objectId = Buffer.alloc(16, 9);
    const version = {
      ...wrappedVersion(1, Buffer.alloc(0)),
      blob: null,
      objectId,
      proof: Buffer.alloc(60),
    };
    tables.keys.insert({ id, name: 'card', custody: 'resident', bulk: 'token' }, version);
    tables.keys.destroy(id, 1, LATER);
    const [object] = tables.keys.destroyedObjects();
    expect(object).toMatchObject({ id, version: 1 });
    expect(Buffer.from(object?.objectId ?? [])).toEqual(objectId);
  });
});

describe('the other tables', () => {
  it('count seals by reservation, up to the limit and not beyond', () => {
    const id = newKeyId();
    expect(tables.seals.reserve('master', 10_000)).toBe(10_000);
    expect(tables.seals.reserve('master', 10_000)).toBe(20_000);
    expect(tables.seals.reserve(`${id}/1`, limits.sealsPerKey)).toBe(2 ** 32);
    expect(() => tables.seals.reserve(`${id}/1`, 1)).toThrow(
      expect.objectContaining({ code: 'key-exhausted' }) as Error,
    );
    expect(() => tables.seals.reserve('master', -1)).toThrow('cannot reserve');
    expect(tables.seals.reserved(`${id}/1`)).toBe(2 ** 32);
    expect(tables.seals.reserved(`${id}/2`)).toBe(0);
  });

  it('keep the masters by role and replace only the same role', () => {
    const master = (
      role: 'wrap' | 'seal',
      byte: number,
    ): Parameters<typeof tables.masters.set>[0] => ({
      role,
      objectId: new Uint8Array(16).fill(byte),
      label: `claviger/x/${role}`,
      proof: new Uint8Array(60),
      created: 'now',
    });
    tables.masters.set(master('wrap', 1));
    tables.masters.set(master('seal', 2));
    tables.masters.set(master('wrap', 3));
    expect(tables.masters.find('wrap')).toEqual(master('wrap', 3));
    expect(() => tables.masters.set(master('wrap', 2))).toThrow(/UNIQUE/);
    expect(tables.masters.find('seal')).toEqual(master('seal', 2));
  });

  it('keep a batch until it is finished', () => {
    const id = '0123456789abcdef0123456789abcdef' as BatchId;
    const plan = { files: [{ name: 'ä"\n', size: 2 ** 40 }], keep: null };
    tables.batches.insert({ id, kind: 'encrypt', created: 'now', plan, state: 'planned' });
    const rest = { ...plan, keep: 'the rest' };
    tables.batches.replace(id, rest, 'failed');
    expect(tables.batches.list()).toEqual([
      { id, kind: 'encrypt', created: 'now', plan: rest, state: 'failed' },
    ]);
    tables.batches.remove(id);
    expect(tables.batches.find(id)).toBeNull();
  });

  it('keep facts about the vault', () => {
    const token = {
      label: 'hsm',
      serial: '1',
      modulePath: '/usr/lib/p11.so',
      parameters: null,
      librarySha256: 'ab',
      inVault: false,
      profile: { segmentSize: 4096, pairs: [] },
    };
    expect(tables.meta.token()).toBeNull();
    expect(tables.meta.isEvaluation()).toBe(false);
    const id = newVaultId();
    tables.meta.set('vaultId', id);
    tables.meta.set('token', token);
    tables.meta.set('token', { ...token, serial: '2' });
    tables.meta.set('evaluation', true);
    expect(tables.meta.vaultId()).toBe(id);
    expect(tables.meta.token()).toEqual({ ...token, serial: '2' });
    expect(tables.meta.isEvaluation()).toBe(true);
  });
});

describe('a transaction', () => {
  it('is rolled back completely if a part of it fails, also a bulk change', () => {
    expect(() =>
      store.change(({ keys }) => {
        for (const name of ['a', 'b', 'c', 'a'])
          keys.insert(
            { id: newKeyId(), name, custody: 'hsm-only', bulk: 'host' },
            wrappedVersion(1, Buffer.alloc(68)),
          );
      }),
    ).toThrow('already a key "a"');
    expect(tables.keys.list()).toEqual([]);
  });

  it('must not wait for anything', () => {
    expect(() => store.change(() => Promise.resolve())).toThrow('must not wait');
  });
});

describe('migrations', () => {
  const count = v.object({ n: v.number() });
  const later: Migration = {
    id: migrations.length + 1,
    name: 'later',
    script: `ALTER TABLE keys ADD COLUMN note TEXT NOT NULL DEFAULT ''`,
  };

  it('are numbered without a gap', () => {
    expect(migrations.map(({ id }) => id)).toEqual(migrations.map((_, index) => index + 1));
  });

  it.each(migrations.map(({ id }) => id))('step %i can be taken from the form before it', (id) => {
    const db = Db.empty(sqlJs);
    applyMigrations(db, migrations.slice(0, id - 1));
    expect(pendingMigrations(db, migrations).map((each) => each.id)[0]).toBe(id);
    applyMigrations(db, migrations.slice(id - 1, id));
    expect(db.all(sql`SELECT count(*) AS n FROM migrations`, count)).toEqual([{ n: id }]);
  });

  it('keep what is there', () => {
    addKey('old');
    const { keystore, pending } = Keystore.load(sqlJs, store.image(), [...migrations, later]);
    const draft = keystore.draft();
    draft.migrate(pending);
    expect(draft.tables.keys.list().map(({ name }) => name)).toEqual(['old']);
    expect(Keystore.load(sqlJs, draft.image(), [...migrations, later]).pending).toEqual([]);
  });

  it('must start with those that were applied', () => {
    const draft = Keystore.load(sqlJs, store.image(), [...migrations, later]).keystore.draft();
    draft.migrate([later]);
    const image = draft.image();
    const damaged = expect.objectContaining({ code: 'keystore-damaged' }) as Error;
    expect(() => Keystore.load(sqlJs, image, migrations)).toThrow(damaged);
    const renamed = [...migrations, { ...later, name: 'other' }];
    expect(() => Keystore.load(sqlJs, image, renamed)).toThrow(damaged);
  });

  it('are rolled back if a step fails', () => {
    const broken = { ...later, script: `${later.script}; CREATE TABLE keys (x);` };
    const draft = Keystore.load(sqlJs, store.image(), migrations).keystore.draft();
    expect(() => draft.migrate([broken])).toThrow(/already exists/);
    expect(Keystore.load(sqlJs, draft.image(), migrations).pending).toEqual([]);
  });
});

describe('an image', () => {
  const damaged = expect.objectContaining({ code: 'keystore-damaged' }) as Error;

  it.each([
    ['empty', () => Buffer.alloc(0)],
    ['not a database', () => Buffer.from('hello'.repeat(1000))],
    ['cut in half', () => store.image().subarray(0, 5000)],
  ])('that is %s is an error and not an empty keystore', (_, image) => {
    expect(() => Keystore.load(sqlJs, image(), migrations)).toThrow(damaged);
  });

  it.each([
    ['another value', '7', 'value must be text, but is 7'],
    ['an ID of another form', '"abc"', 'value is not in the expected form: “abc”'],
  ])('in which an entry holds %s says so in words', (_, value, detail) => {
    const db = Db.load(sqlJs, store.image());
    db.run(sql`INSERT INTO meta (name, value) VALUES ('vaultId', ${value})`);
    const { tables } = Keystore.load(sqlJs, db.image(), migrations).keystore;
    const inWords = expect.objectContaining({ code: 'keystore-damaged', detail }) as Error;
    expect(() => tables.meta.vaultId()).toThrow(inWords);
  });

  it('is not written to by a change of what was loaded from it', () => {
    const image = store.image();
    const before = Buffer.from(image).toString('hex');
    const db = Db.load(sqlJs, image);
    db.run(sql`INSERT INTO meta (name, value) VALUES ('x', '1')`);
    expect(image.toString('hex')).toBe(before);
  });

  it('is of STRICT tables only', () => {
    const db = Db.load(sqlJs, store.image());
    const row = v.object({ name: v.string(), strict: v.number() });
    const all = db.all(sql`SELECT name, strict FROM pragma_table_list WHERE type = 'table'`, row);
    const ours = all.filter(({ name }) => !name.startsWith('sqlite_'));
    expect(ours).toHaveLength(7);
    expect(ours.every(({ strict }) => strict === 1)).toBe(true);
  });
});

it('the committed keystore stays read-only, also after it was copied for a draft', () => {
  const { keystore } = Keystore.load(sqlJs, store.image(), migrations);
  const draft = keystore.draft();
  const insert = (to: Keystore, name = 'Key'): void =>
    to.tables.keys.insert(
      { id: newKeyId(), name, custody: 'hsm-wrapped', bulk: 'host' },
      wrappedVersion(1, Buffer.alloc(60, 3)),
    );
  expect(() => insert(keystore)).toThrow(/readonly/);
  insert(draft);
  keystore.adopt(draft);
  keystore.draft().close();
  expect(() => insert(keystore, 'Other')).toThrow(/readonly/);
  expect(keystore.tables.keys.list()).toHaveLength(1);
});

it('a snapshot stays as it was, whatever is committed after it', () => {
  const { keystore } = Keystore.load(sqlJs, store.image(), migrations);
  const commit = (name: string): void => {
    const draft = keystore.draft();
    draft.change(({ keys }) =>
      keys.insert(
        { id: newKeyId(), name, custody: 'hsm-wrapped', bulk: 'host' },
        wrappedVersion(1, Buffer.alloc(60, 3)),
      ),
    );
    keystore.adopt(draft);
  };
  const namesIn = ({ keys }: Keystore['tables']): string[] => keys.list().map(({ name }) => name);
  commit('Key 1');
  const then = keystore.tables;
  commit('Key 2');
  commit('Key 3');
  expect(namesIn(then)).toEqual(['Key 1']);
  expect(namesIn(keystore.tables)).toEqual(['Key 1', 'Key 2', 'Key 3']);
  expect(() => then.seals.reserve('master', 1)).toThrow(/readonly/);
  expect(keystore.tables.seals.reserved('master')).toBe(0);
});
