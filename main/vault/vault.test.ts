import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Migration } from '../keystore/migrate.ts';
import { migrations } from '../keystore/migrations/index.ts';
import { lookAtFolder } from '../store/folder/open-folder.ts';
import { act, newKeyId, newVaultId, testContext, wrappedVersion } from './testing/context.ts';
import { createUnlocked, openUnlocked, unlock } from './testing/sessions.ts';
import { SoftwareToken } from './testing/software-token.ts';
import { Vault, type VaultContext } from './vault.ts';
import { verifyLedger } from './verify.ts';

const LATER = '2026-02-01T00:00:00.000Z';

let context: VaultContext;
let token: SoftwareToken;
let parent: string;
let folder: string;
beforeEach(async () => {
  context = await testContext();
  token = new SoftwareToken();
  parent = await mkdtemp(join(tmpdir(), 'vault-'));
  folder = join(parent, 'v');
});
afterEach(() => rm(parent, { recursive: true }));

const contents = async (): Promise<Record<string, string>> => {
  const names = (await readdir(folder)).toSorted();
  const read = names.map(async (name) => [
    name,
    (await readFile(join(folder, name))).toString('hex'),
  ]);
  return Object.fromEntries(await Promise.all(read)) as Record<string, string>;
};

/** A closed vault with a row in every table. */
const fullVault = async (): Promise<void> => {
  const { vault } = await createUnlocked(folder, context, {}, token);
  await vault.commit(
    ({ meta, masters, keys, seals, batches }) => {
      meta.set('evaluation', true);
      masters.set({
        role: 'wrap',
        objectId: Buffer.alloc(16, 1),
        label: 'm',
        proof: Buffer.alloc(40),
        created: 'now',
      });
      keys.insert(
        { id: newKeyId(), name: 'k', custody: 'hsm-only', bulk: 'token' },
        wrappedVersion(1, Buffer.alloc(68, 2)),
      );
      seals.reserve('master', 10);
      const id = '0123456789abcdef0123456789abcdef' as never;
      batches.insert({ id, kind: 'encrypt', created: 'now', plan: { files: 3 }, state: 'running' });
    },
    () => act('key.create'),
  );
  await vault.close();
};

describe('creating a vault', () => {
  it('creates a private folder with a ledger, a keystore and nothing else', async () => {
    const vaultId = newVaultId();
    const details = { ...token.details, reason: 'test' };
    const vault = await Vault.create(folder, { ...token.first, vaultId, details }, context);
    expect(vault.id).toBe(vaultId);
    expect(vault.head.size).toBe(1);
    await vault.close();
    expect((await readdir(folder)).toSorted()).toEqual([
      'checkpoint',
      'checkpoints.jsonl',
      'keystore.sqlite',
      'ledger.hashes',
      'ledger.jsonl',
    ]);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'ledger.jsonl'))).mode & 0o777).toBe(0o600);
    const line = JSON.parse(await readFile(join(folder, 'ledger.jsonl'), 'utf8')) as object;
    expect(line).toMatchObject({
      seq: 1,
      clock: 'test',
      action: 'vault.create',
      subject: { vault: vaultId },
      actor: { user: 'officer', host: 'desk-4', token: null },
      details,
    });
  });

  it('refuses a folder with a vault or with anything else, and does not change it', async () => {
    await fullVault();
    const before = await contents();
    const again = Vault.create(folder, { ...token.first, vaultId: newVaultId() }, context);
    await expect(again).rejects.toMatchObject({ code: 'vault-exists' });
    expect(await contents()).toEqual(before);
    const other = join(parent, 'photos');
    await mkdir(other);
    await writeFile(join(other, 'holiday.jpg'), 'x');
    await expect(
      Vault.create(other, { ...token.first, vaultId: newVaultId() }, context),
    ).rejects.toMatchObject({
      code: 'vault-exists',
    });
    const beside = ['holiday.jpg'];
    const vault = await Vault.create(
      other,
      { ...token.first, vaultId: newVaultId(), beside },
      context,
    );
    await vault.close();
  });

  it('says that there is no vault, and changes nothing', async () => {
    await expect(Vault.open(folder, context)).rejects.toMatchObject({ code: 'vault-not-found' });
    await mkdir(folder);
    await expect(Vault.open(folder, context)).rejects.toMatchObject({ code: 'vault-not-found' });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('an open vault', () => {
  it('admits one program at a time and is free after closing', async () => {
    const { vault } = await createUnlocked(folder, context, {}, token);
    await expect(Vault.open(folder, context)).rejects.toMatchObject({ code: 'vault-locked' });
    await vault.close();
    const again = await Vault.open(folder, context);
    await again.close();
  });

  it('keeps what was committed, in the order of the calls, and numbers records without a gap', async () => {
    const { vault } = await createUnlocked(folder, context, {}, token);
    vault.setToken({ label: 'hsm', serial: '5B02' });
    const names = Array.from({ length: 30 }, (_, i) => `key ${i}`);
    const order: string[] = [];
    await Promise.all(
      names.flatMap((name) => [
        vault.commit(
          ({ keys }) => {
            keys.insert(
              { id: newKeyId(), name, custody: 'hsm-wrapped', bulk: 'host' },
              wrappedVersion(1, Buffer.alloc(60)),
            );
            order.push(name);
          },
          () => act('key.create', name),
        ),
        vault.record([act('note', name), act('note', name)]),
      ]),
    );
    const { head } = vault;
    await vault.close();
    expect(order).toEqual(names);
    expect(head.size).toBe(2 + 3 * names.length); // created, unlocked, and those
    const again = await Vault.open(folder, context);
    expect(again.head).toEqual(head);
    expect(again.tables.keys.list().map(({ name }) => name)).toEqual(names);
    expect(await verifyLedger(lookAtFolder(folder))).toMatchObject({ ...head, total: 0 });
    await again.close();
    expect(await readFile(join(folder, 'ledger.jsonl'), 'utf8')).toContain('"serial":"5B02"');
  });

  it('changes nothing if the change or its record throws', async () => {
    const { vault } = await createUnlocked(folder, context, {}, token);
    const before = await contents();
    const reserve = vault.commit(
      ({ seals }) => {
        seals.reserve('master', 5);
        throw new Error('second thoughts');
      },
      () => act('seals.reserve'),
    );
    await expect(reserve).rejects.toThrow('second thoughts');
    const record = vault.commit(
      ({ seals }) => seals.reserve('master', 5),
      () => {
        throw new Error('no words');
      },
    );
    await expect(record).rejects.toThrow('no words');
    expect(vault.tables.seals.reserved('master')).toBe(0);
    expect(await contents()).toEqual(before);
    await vault.close();
  });

  it('shows a change only once it is on the disk', async () => {
    const { vault } = await createUnlocked(folder, context, {}, token);
    const change = vault.commit(
      ({ seals }) => seals.reserve('master', 5),
      () => {
        expect(vault.tables.seals.reserved('master')).toBe(0);
        return act('seals.reserve');
      },
    );
    const before = vault.tables;
    await change;
    expect(vault.tables.seals.reserved('master')).toBe(5);
    expect(before.seals.reserved('master')).toBe(0);
    await vault.close();
  });

  it('cannot be changed without the ledger, and refuses records that only the vault may write', async () => {
    const { vault } = await createUnlocked(folder, context, {}, token);
    const { seals } = vault.tables as unknown as { seals: { reserve(s: string, n: number): void } };
    expect(() => {
      seals.reserve('master', 1);
    }).toThrow(/readonly/);
    const forged = { ...act('x'), details: { keystore: 'ab' } };
    await expect(vault.record([forged])).rejects.toThrow('only the vault itself');
    await expect(vault.record([act('audit.index')])).rejects.toThrow('only the vault itself');
    await vault.close();
    await expect(vault.record([act('late')])).rejects.toThrow('closed');
  });

  it('refuses to append to a ledger that somebody else has written to', async () => {
    const { vault } = await createUnlocked(folder, context, {}, token);
    await writeFile(join(folder, 'ledger.jsonl'), 'x', { flag: 'a' });
    await expect(vault.record([act('a')])).rejects.toMatchObject({ code: 'record-failed' });
    await vault.close();
  });
});

describe('a purging commit', () => {
  it('leaves the blob in no file, and overwrites its place', async () => {
    const secret = Buffer.from('A-SEALED-KEY-BLOB-THAT-HAS-TO-GO');
    const id = newKeyId();
    const blob = Buffer.concat([secret, Buffer.alloc(9000, 5), secret]);
    const { vault } = await createUnlocked(folder, context, {}, token);
    const key = { id, name: 'doomed', custody: 'hsm-wrapped', bulk: 'host' } as const;
    await vault.commit(
      ({ keys }) => {
        keys.insert(key, wrappedVersion(1, blob));
      },
      () => act('key.create'),
    );
    const oldFile = await open(join(folder, 'keystore.sqlite'));
    expect((await readFile(join(folder, 'keystore.sqlite'))).includes(secret)).toBe(true);
    await vault.commit(
      ({ keys }) => {
        keys.destroy(id, 1, LATER);
      },
      () => act('key.destroy'),
      { purge: true },
    );
    await vault.close();
    for (const name of await readdir(folder))
      expect((await readFile(join(folder, name))).includes(secret)).toBe(false);
    // The blocks of the old generation, still reachable through its open handle.
    expect((await oldFile.readFile()).includes(secret)).toBe(false);
    await oldFile.close();
    const again = await Vault.open(folder, context);
    expect(() => again.tables.keys.material('doomed')).toThrow('was destroyed');
    await again.close();
  });
});

describe('a keystore that was touched outside', () => {
  const refused = async (code: string): Promise<void> => {
    const before = await contents();
    await expect(Vault.open(folder, context)).rejects.toMatchObject({ code });
    expect(await contents()).toEqual(before);
    const { findings } = await verifyLedger(lookAtFolder(folder));
    expect(findings).toMatchObject([{ kind: 'damage', record: null }]);
  };

  it('is refused for an edit of any column of any table', async () => {
    await fullVault();
    const path = join(folder, 'keystore.sqlite');
    const good = await readFile(path);
    const db = new context.sqlJs.Database(new Uint8Array(good));
    const columns =
      db.exec(`SELECT t.name, c.name, c.type FROM sqlite_schema t, pragma_table_info(t.name) c
      WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'`)[0]?.values;
    db.close();
    expect(columns?.length).toBe(41);
    for (const [table, column, type] of columns ?? []) {
      const edited = new context.sqlJs.Database(new Uint8Array(good));
      edited.run('PRAGMA ignore_check_constraints = ON');
      const value = type === 'INTEGER' ? '77' : type === 'BLOB' ? "x'00'" : "'edited'";
      edited.run(`UPDATE "${String(table)}" SET "${String(column)}" = ${value}
        WHERE rowid = (SELECT min(rowid) FROM "${String(table)}")`);
      expect(edited.getRowsModified()).toBe(1);
      await writeFile(path, edited.export());
      edited.close();
      await refused('keystore-foreign');
    }
    await writeFile(path, good);
    const vault = await Vault.open(folder, context);
    await vault.close();
  });

  it('is refused if it is older, empty, missing, or of another vault', async () => {
    await fullVault();
    const path = join(folder, 'keystore.sqlite');
    const older = await readFile(path);
    const vault = await openUnlocked(folder, context, token);
    await vault.commit(
      ({ seals }) => seals.reserve('master', 1),
      () => act('seals.reserve'),
    );
    await vault.close();
    await writeFile(path, older);
    await refused('keystore-foreign');
    await writeFile(join(folder, 'keystore.next'), older);
    await refused('keystore-foreign');
    await rm(join(folder, 'keystore.next'));
    await writeFile(path, '');
    await refused('keystore-damaged');
    await rm(path);
    await refused('keystore-damaged');
  });
});

describe('a ledger that was touched outside', () => {
  it('is never started again if it is empty or missing', async () => {
    await fullVault();
    const path = join(folder, 'ledger.jsonl');
    await writeFile(path, '');
    await expect(Vault.open(folder, context)).rejects.toMatchObject({ code: 'ledger-damaged' });
    expect(await readFile(path, 'utf8')).toBe('');
    await rm(path);
    await expect(Vault.open(folder, context)).rejects.toMatchObject({ code: 'ledger-damaged' });
    await expect(
      Vault.create(folder, { ...token.first, vaultId: newVaultId() }, context),
    ).rejects.toMatchObject({
      code: 'vault-exists',
    });
    expect(await readdir(folder)).not.toContain('ledger.jsonl');
  });

  it('has an incomplete end set aside, recorded, and continues', async () => {
    await fullVault();
    const path = join(folder, 'ledger.jsonl');
    const whole = await readFile(path);
    const torn = '{"seq":4,"time":"2026-';
    await writeFile(path, torn, { flag: 'a' });
    const vault = await openUnlocked(folder, context, token);
    await vault.record([act('after')]);
    await vault.close();
    const names = await readdir(folder);
    const file = names.find((name) => name.startsWith('ledger.torn-')) ?? '';
    expect(await readFile(join(folder, file), 'utf8')).toBe(torn);
    const ledger = await readFile(path);
    expect(ledger.subarray(0, whole.length)).toEqual(whole);
    const [unlocked, record] = ledger.subarray(whole.length).toString().split('\n');
    expect(JSON.parse(unlocked ?? '')).toMatchObject({ seq: 4, action: 'vault.unlock' });
    expect(JSON.parse(record ?? '')).toMatchObject({
      seq: 5,
      action: 'ledger.torn',
      details: {
        file,
        bytes: 22,
        sha256: createHash('sha256').update(torn).digest('hex'),
      },
    });
    const again = await Vault.open(folder, context);
    expect(again.head.size).toBe(6);
    await again.close();
  });
});

describe('a keystore of an older form', () => {
  const next: Migration = {
    id: migrations.length + 1,
    name: 'colours',
    script: `ALTER TABLE keys ADD COLUMN colour TEXT NOT NULL DEFAULT 'none'`,
  };

  it('is migrated and recorded at unlock; an older program then refuses it', async () => {
    await fullVault();
    const newer = { ...context, migrations: [...migrations, next] };
    const untouched = await contents();
    const vault = await Vault.open(folder, newer);
    expect(vault.tables.keys.list()).toHaveLength(1);
    expect({ ...(await contents()), lock: '' }).toEqual({ ...untouched, lock: '' });
    await unlock(vault, token);
    expect(vault.head.size).toBe(5); // unlocked, migrated
    await vault.close();
    const again = await openUnlocked(folder, newer, token);
    expect(again.head.size).toBe(6);
    await again.close();
    const before = await contents();
    await expect(Vault.open(folder, context)).rejects.toMatchObject({ code: 'keystore-damaged' });
    expect(await contents()).toEqual(before);
    expect(await readFile(join(folder, 'ledger.jsonl'), 'utf8')).toContain(`"${next.id} colours"`);
  });
});
