import type { SqlJsStatic } from 'sql.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { lockedActions } from '../../shared/actions.ts';
import { Failure } from '../../shared/failure.ts';
import { encodeRecord, parseLine, type LedgerRecord } from '../ledger/record.ts';
import { vaultFiles } from '../store/folder/names.ts';
import { DiskModel, seededRandom } from '../store/testing/disk-model.ts';
import { sha256 } from '../system/sha256.ts';
import { act, newKeyId, testContext, wrappedVersion } from './testing/context.ts';
import { createUnlocked, lock, unlock } from './testing/sessions.ts';
import { SoftwareToken } from './testing/software-token.ts';
import { Vault, type VaultContext } from './vault.ts';

/*
 * Somebody who may write into the folder, and has neither PIN nor token, edits everything in it, in
 * every state in which a vault is left. Nothing of it may ever take effect, and nothing that was
 * left alone may raise an alarm.
 */

const CASES = Number(process.env['CLAVIGER_HOSTILE_CASES'] ?? 10_000);

type Files = Readonly<Record<string, Buffer>>;

/** A folder as a session, a lock or a crash has left it, with what the token held then. */
interface State {
  readonly name: string;
  readonly files: Files;
  readonly anchors: readonly string[];
  /** It is opened with another token that holds the same keys. */
  readonly isTwin: boolean;
}

interface World {
  readonly token: SoftwareToken;
  readonly states: readonly State[];
  /** Every line that the vault wrote, without its number. */
  readonly lines: ReadonlySet<string>;
  /** SHA-256 of every keystore that was ever in force, oldest first. */
  readonly keystores: readonly string[];
}

const DAY_MS = 86_400_000;

let context: VaultContext;
let lateMs = 0;
let sqlJs: SqlJsStatic;
let world: World;

const unnumbered = (line: string): string => line.replace(/^\{"seq":\d+,/, '{');
const linesOf = (files: Files): string[] =>
  (files[vaultFiles.ledger] ?? Buffer.alloc(0)).toString().trimEnd().split('\n');

const addKey = (vault: Vault, name: string): Promise<void> =>
  vault.commit(
    ({ keys, seals }) => {
      keys.insert(
        { id: newKeyId(), name, custody: 'hsm-wrapped', bulk: 'host' },
        wrappedVersion(1, Buffer.alloc(60, name.length)),
      );
      seals.reserve('master', 10);
    },
    () => act('key.create', name),
  );

/** Two sessions, looks in between, an engine that was lost, and power cuts in the middle of both. */
const makeWorld = async (): Promise<World> => {
  const disk = new DiskModel();
  const states: State[] = [];
  const keystores: string[] = [];
  const lines = new Set<string>();
  const { vault, token } = await createUnlocked(disk, context);
  let isTwin = false;
  const keep = (name: string): void => {
    const files = disk.files();
    states.push({ name, files, anchors: [...token.anchors], isTwin });
    for (const line of linesOf(files)) lines.add(unnumbered(line));
    const keystore = sha256(files[vaultFiles.keystore] ?? Buffer.alloc(0));
    if (!keystores.includes(keystore)) keystores.push(keystore);
  };
  keep('unlocked for the first time');
  await addKey(vault, 'one');
  keep('in a session, all signed');
  await vault.record([act('file.encrypt', 'a'), act('file.encrypt', 'b')]);
  keep('in a session, two records unsigned');
  vault.stopSigning();
  await vault.record([act('engine.lost')]);
  await addKey(vault, 'two');
  keep('in a session, a commit unsigned');
  await unlock(vault, token);
  keep('unlocked again after the engine was lost');
  await lock(vault);
  keep('locked');
  await vault.record([act('audit.view'), act('token.login')]);
  keep('locked, looked at');
  await vault.close();
  const again = await unlock(await Vault.openOn(disk.store(), context), token);
  await addKey(again, 'three');
  again.stopSigning();
  await again.record([act('file.encrypt', 'c')]);
  await addKey(again, 'four');
  await again.record([act('file.encrypt', 'd')]);
  keep('in the second session, two commits unsigned');
  await again.close();
  // A colleague whose clock is years behind, with a token that was cloned before there was an anchor.
  lateMs = -1_000 * DAY_MS;
  token.anchors = [];
  isTwin = true;
  const twin = { seen: null, isTwin };
  const colleague = await unlock(await Vault.openOn(disk.store(), context), token, twin);
  await addKey(colleague, 'five');
  lateMs = 3 * DAY_MS;
  keep('in a session of a colleague, whose computer was suspended');
  await colleague.record([act('file.encrypt', 'e')]);
  await lock(colleague);
  await colleague.record([act('audit.view')]);
  keep('locked by a colleague, looked at');
  await colleague.close();
  return { token, states, lines, keystores };
};

beforeAll(async () => {
  const { clock, ...plain } = await testContext();
  const now = (): Date => new Date(clock.now().getTime() + lateMs);
  context = { ...plain, clock: { ...clock, now } };
  sqlJs = context.sqlJs;
  world = await makeWorld();
});

type Random = (below: number) => number;
const pick = <T>(random: Random, from: readonly T[]): T => {
  const picked = from[random(from.length)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
};

const renumbered = (lines: readonly string[]): string[] =>
  lines.map((line, at) => line.replace(/^\{"seq":\d+,/, `{"seq":${at + 1},`));

const forgedActions = [
  ...['key.create', 'key.destroy', 'seals.reserve', 'token.probe', 'batch.start', 'vault.create'],
  ...['keystore.roll-forward', 'ledger.summary', 'audit.index', 'vault.lock', 'vault.unlock'],
  ...['report.export', 'engine.lost', 'policy.change'],
  ...lockedActions,
];

/** A line that looks like one of the vault's, naming a keystore of the attacker's choice. */
const forge = (random: Random, keystore: string): string => {
  const model = parseLine(
    Buffer.from(pick(random, linesOf(pick(random, world.states).files))),
  ).record;
  if (model === null) throw new Error('the model is a record');
  const { mark, ...rest } = model;
  const forged: LedgerRecord = {
    ...rest,
    action: pick(random, forgedActions),
    details: { ...model.details, keystore, sealed: Buffer.alloc(60, 7).toString('base64') },
  };
  const marked =
    mark === undefined || random(2) === 0
      ? forged
      : { ...forged, mark: { ...mark, n: mark.n + random(3), mac: 'ab'.repeat(16) } };
  return encodeRecord(marked).toString().trimEnd();
};

/** One edit of the ledger's lines. */
const editLines = (random: Random, lines: string[], keystore: string): string[] => {
  const at = random(lines.length);
  const line = lines[at] ?? '';
  switch (random(10)) {
    case 0:
      return [...lines, forge(random, keystore)];
    case 1:
      return lines.toSpliced(at, 0, forge(random, keystore));
    case 2:
      return lines.toSpliced(at, 1);
    case 3:
      return lines.slice(0, 1 + at);
    case 4:
      return lines.toSpliced(at, 1, forge(random, keystore));
    case 5: // the order
      return lines.toSpliced(at, 1).toSpliced(random(lines.length), 0, line);
    case 6: // a line of the vault's own, from another place or another time
      return lines.toSpliced(
        random(lines.length + 1),
        0,
        pick(random, [...world.lines]).replace('{', '{"seq":1,'),
      );
    case 7: // one character
      return lines.toSpliced(at, 1, edited(random, line));
    case 8: // a whole end of another state
      return [...lines.slice(0, at), ...linesOf(pick(random, world.states).files).slice(at)];
    default: // the mark of one line on another
      return lines.toSpliced(at, 1, line.replace(/"mac":"[0-9a-f]+"/, '"mac":"00"'));
  }
};

const edited = (random: Random, line: string): string => {
  const at = random(line.length);
  const change = pick(random, ['0', 'a', '"', '}', 'ok', '\\u0000', 'A']);
  return line.slice(0, at) + change + line.slice(at + 1);
};

/** Another value in one column of one table. */
const editKeystore = (random: Random, image: Buffer): Buffer => {
  const db = new sqlJs.Database(new Uint8Array(image));
  const columns = db.exec(`SELECT t.name, c.name, c.type FROM sqlite_schema t,
    pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name IN ('keys', 'key_versions', 'seal_counters', 'meta')`)[0];
  const [table, column, type] = pick(random, columns?.values ?? []);
  db.run('PRAGMA ignore_check_constraints = ON');
  const value = type === 'INTEGER' ? '0' : type === 'BLOB' ? "x'00'" : "'edited'";
  try {
    db.run(
      `UPDATE "${String(table)}" SET "${String(column)}" = ${value} WHERE rowid = (SELECT max(rowid) FROM "${String(table)}")`,
    );
  } catch {
    db.run('DELETE FROM seal_counters');
  }
  const edit = Buffer.from(db.export());
  db.close();
  return edit;
};

/** What an attacker leaves of the folder. */
const attack = (random: Random, state: State): Record<string, Buffer> => {
  const files: Record<string, Buffer> = { ...state.files };
  const image = files[vaultFiles.keystore] ?? Buffer.alloc(0);
  let keystore = sha256(image);
  const what = random(4);
  if (what === 0 || what === 3) {
    const other = pick(random, world.states).files[vaultFiles.keystore] ?? image;
    const planted = random(2) === 0 ? editKeystore(random, image) : other;
    files[random(3) === 0 ? vaultFiles.keystoreNext : vaultFiles.keystore] = planted;
    keystore = sha256(planted);
  }
  if (what !== 0) {
    let lines = linesOf(files);
    for (let edits = 1 + random(2); edits > 0; edits -= 1)
      lines = editLines(random, lines, keystore);
    const text = (random(4) === 0 ? lines : renumbered(lines)).join('\n');
    files[vaultFiles.ledger] = Buffer.from(`${text}\n${random(6) === 0 ? '{"seq":' : ''}`);
  }
  if (random(4) === 0)
    for (const name of [vaultFiles.checkpoint, vaultFiles.checkpoints]) {
      const old = pick(random, world.states).files[name];
      if (old === undefined || random(3) === 0) Reflect.deleteProperty(files, name);
      else files[name] = old;
    }
  if (random(6) === 0) Reflect.deleteProperty(files, vaultFiles.hashes);
  return files;
};

/** The result of an unlock: nothing, or a vault that continues. */
const tryUnlock = async (
  disk: DiskModel,
  token: SoftwareToken,
  isTwin: boolean,
): Promise<Vault | Failure> => {
  try {
    return await unlock(await Vault.openOn(disk.store(), context), token, { seen: null, isTwin });
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
};

/** The largest size that the token's anchors vouch for. */
const anchored = ({ anchors }: State): number =>
  Math.max(0, ...anchors.map((note) => Number(note.split('\n')[1])));

/** Everything that counts in this vault was written by it, and nothing that was anchored is gone. */
const expectGenuine = (vault: Vault, disk: DiskModel, state: State, what: string): void => {
  const lines = linesOf(disk.files());
  const before = linesOf(state.files);
  expect(lines.slice(0, anchored(state)), what).toEqual(before.slice(0, anchored(state)));
  const counting = lines
    .map((line) => parseLine(Buffer.from(line)).record)
    .filter((record) => record?.mark !== undefined)
    .map((record) => record?.mark?.session);
  const newest = counting.at(-1);
  for (const line of lines) {
    const { record } = parseLine(Buffer.from(line));
    // What this unlock wrote itself belongs to its own session.
    const isOld = record?.mark !== undefined && record.mark.session !== newest;
    const isLookedAt = record?.mark === undefined && record?.seq !== 1;
    if (isLookedAt) expect(lockedActions, what).toContain(record?.action);
    if (isOld) expect(world.lines.has(unnumbered(line)), `${what}: ${line}`).toBe(true);
  }
  const keystore = disk.files()[vaultFiles.keystore] ?? Buffer.alloc(0);
  expect(world.keystores, what).toContain(sha256(keystore));
  expect(vault.facts.keystore, what).toBe(sha256(keystore));
};

/** The token never signs two roots of one size. */
const expectOneRoot = (token: SoftwareToken, roots: Map<string, string>, what: string): void => {
  for (const text of token.signed.splice(0)) {
    const [origin = '', size = '', root = ''] = text.split('\n');
    expect(roots.get(`${origin} ${size}`) ?? root, what).toBe(root);
    roots.set(`${origin} ${size}`, root);
  }
};

describe('somebody who can only write to the folder', () => {
  it('is not accused of an untouched folder, in whatever state it is', async () => {
    const { token, states } = world;
    for (const state of states) {
      token.anchors = [...state.anchors];
      const { isTwin } = state;
      const opened = await Vault.openOn(new DiskModel(state.files).store(), context);
      const vault = await unlock(opened, token, { seen: null, isTwin });
      const findings = vault.facts.isOpen ? [] : ['not open'];
      expect(findings, state.name).toEqual([]);
      const own = linesOf(state.files).map(unnumbered);
      expect(own.every((line) => world.lines.has(line))).toBe(true);
      await vault.close();
    }
  });

  it(`makes nothing count that the vault did not write (${CASES} edits)`, async () => {
    const { token, states } = world;
    let [went, stopped] = [0, 0];
    for (let seed = 0; seed < CASES; seed += 1) {
      const random = seededRandom(seed);
      const state = pick(random, states);
      const what = `case ${seed}, ${state.name}`;
      token.anchors = [...state.anchors];
      token.signed.length = 0;
      const disk = new DiskModel(attack(random, state));
      const outcome = await tryUnlock(disk, token, state.isTwin);
      const roots = new Map<string, string>();
      for (const note of state.anchors) {
        const [origin = '', size = '', root = ''] = note.split('\n');
        roots.set(`${origin} ${size}`, root);
      }
      expectOneRoot(token, roots, what);
      if (outcome instanceof Failure) {
        stopped += 1;
        continue;
      }
      went += 1;
      expectGenuine(outcome, disk, state, what);
      await outcome.close();
    }
    // Both ends of the decision were reached often.
    expect(went).toBeGreaterThan(CASES / 50);
    expect(stopped).toBeGreaterThan(CASES / 50);
  }, 900_000);
});
