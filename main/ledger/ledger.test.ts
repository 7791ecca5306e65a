import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vaultFiles } from '../store/folder/names.ts';
import { sha256 } from '../system/sha256.ts';
import { act, testContext } from '../vault/testing/context.ts';
import { DiskModel } from '../store/testing/disk-model.ts';
import { createUnlocked } from '../vault/testing/sessions.ts';
import { jsonFault } from '../json/json-fault.ts';
import { Ledger, type Stamp } from './ledger.ts';
import { leafHash, MerkleTree } from './merkle.ts';
import { encodeRecord, MAX_LINE, parseLine, type LedgerRecord, type NewRecord } from './record.ts';
import { SessionCheck } from './session-mac.ts';

const stamp: Stamp = {
  clock: { source: 'test', now: () => new Date('2026-01-01T00:00:00.000Z') },
  actor: () => ({ user: 'officer', host: 'desk', app: 'claviger/0.1.0', token: null }),
};

const record = (seq: number, action = 'note'): LedgerRecord => ({
  seq,
  time: '2026-01-01T00:00:00.000Z',
  clock: 'test',
  actor: stamp.actor(),
  ...act(action),
});

const disk = (...lines: (Buffer | string)[]): DiskModel =>
  new DiskModel({ [vaultFiles.ledger]: Buffer.concat(lines.map((line) => Buffer.from(line))) });

const session = '5e'.repeat(16);
const key = (): Buffer => Buffer.alloc(32, 1);

/** Starts a session; whatever is there counts as signed. */
const begin = async (ledger: Ledger): Promise<NewRecord[]> => {
  const openKey = (): Promise<null> => Promise.resolve(null);
  const { size: signed } = ledger.head;
  const tail = await ledger.authenticate({ signed, openKey, carryOver: false });
  return ledger.begin(tail, { id: session, key: key() }, act('vault.unlock'));
};

/** A ledger in a session, whose record 2 is that of the unlock. */
const unlocked = async (storage: DiskModel): Promise<Ledger> => {
  const ledger = await Ledger.open(storage.store(), stamp);
  await begin(ledger);
  return ledger;
};

const tornFiles = (storage: DiskModel): string[] =>
  Object.entries(storage.files())
    .filter(([name]) => name.startsWith(vaultFiles.torn))
    .map(([, bytes]) => bytes.toString('latin1'));

const text = (storage: DiskModel): string => storage.files()[vaultFiles.ledger]?.toString() ?? '';

describe('the ledger', () => {
  it('hashes exactly the bytes on the disk', async () => {
    const storage = disk(encodeRecord(record(1)));
    const ledger = await unlocked(storage);
    await ledger.append([act('müde \n   "quoted" \ud800', 'a'), act('b')]);
    const tree = new MerkleTree();
    for (const line of text(storage).trimEnd().split('\n'))
      tree.append(leafHash(Buffer.from(line)));
    expect(ledger.head).toEqual({ size: 4, root: tree.root().toString('hex') });
    expect((await Ledger.open(storage.store(), stamp)).head).toEqual(ledger.head);
    expect(ledger.bytes).toBe(Buffer.byteLength(text(storage)));
  });

  it('lets simultaneous appends share one write and one fsync', async () => {
    const storage = disk(encodeRecord(record(1)));
    const ledger = await unlocked(storage);
    storage.arm(null);
    const acts = Array.from({ length: 64 }, (_, i) => ledger.append([act(`act ${i}`)]));
    const records = (await Promise.all(acts)).flat();
    expect(records.map(({ seq }) => seq)).toEqual(acts.map((_, i) => i + 3));
    expect(storage.steps).toBe(2);
  });

  it('accepts nothing after a failed write, even if the disk would', async () => {
    class RefusesOnce extends DiskModel {
      refusals = 0;
      override async append(name: string, at: number, bytes: Uint8Array): Promise<void> {
        if (this.refusals === 0) return super.append(name, at, bytes);
        this.refusals -= 1;
        throw Object.assign(new Error('refused'), { code: 'EIO' });
      }
    }
    const storage = new RefusesOnce({ [vaultFiles.ledger]: encodeRecord(record(1)) });
    const ledger = await unlocked(storage);
    const before = text(storage);
    storage.refusals = 1;
    const failed = { code: 'record-failed', detail: 'EIO' };
    const together = [ledger.append([act('a')]), ledger.append([act('b')])];
    for (const each of together) await expect(each).rejects.toMatchObject(failed);
    await expect(ledger.append([act('c')])).rejects.toMatchObject(failed);
    expect(text(storage)).toBe(before);
    expect(ledger.head.size).toBe(2);
    const again = await unlocked(storage);
    expect(await again.append([act('d')])).toMatchObject([{ seq: 4 }]);
  });

  it('does not harm others with a record that cannot be written', async () => {
    const storage = disk(encodeRecord(record(1)));
    const ledger = await unlocked(storage);
    const huge = ledger.append([act('huge', 'x'.repeat(2 ** 20))]);
    const fine = ledger.append([act('fine')]);
    await expect(huge).rejects.toThrow('too long');
    expect(await fine).toMatchObject([{ seq: 3 }]);
  });

  it('reserves space for the session mark, so that no group fails because of it', async () => {
    const ledger = await unlocked(disk(encodeRecord(record(1))));
    const { MAX_SAFE_INTEGER: most } = Number;
    const [mac, root] = ['0'.repeat(32), '0'.repeat(64)];
    const mark = { session, n: most, base: { size: most, root }, mac };
    const rest = MAX_LINE - encodeRecord({ ...record(most, 'long'), mark }).length;
    const tooLong = ledger.append([act('long', 'x'.repeat(rest + 1))]);
    const fits = ledger.append([act('long', 'x'.repeat(rest))]);
    await expect(tooLong).rejects.toThrow('too long');
    expect(await fits).toMatchObject([{ seq: 3 }]);
  });

  it('records only some acts while it is locked, and those without a mark', async () => {
    const storage = disk(encodeRecord(record(1)));
    const ledger = await Ledger.open(storage.store(), stamp);
    const refused = ledger.append([act('audit.view'), act('file.encrypt')]);
    const looked = ledger.append([act('audit.view')]);
    await expect(refused).rejects.toThrow('file.encrypt is not recorded while the vault is locked');
    expect(await looked).toEqual([record(2, 'audit.view')]);
    await begin(ledger);
    expect(await ledger.append([act('file.encrypt')])).toMatchObject([{ seq: 4, mark: { n: 1 } }]);
    ledger.endSession();
    await expect(ledger.append([act('file.encrypt')])).rejects.toThrow('is not recorded');
    expect(await ledger.append([act('audit.view')])).toEqual([record(5, 'audit.view')]);
    expect(text(storage).trimEnd().split('\n')).toHaveLength(5);
  });

  it('marks every line of a session, and names the head in unlocks and commits', async () => {
    const storage = disk(encodeRecord(record(1)));
    const ledger = await Ledger.open(storage.store(), stamp);
    const heads = [ledger.head];
    await begin(ledger);
    await ledger.append([act('file.encrypt')]);
    heads.push(ledger.head);
    await ledger.append([act('key.create')]);
    await Promise.all([ledger.append([act('file.decrypt')]), ledger.append([act('audit.view')])]);
    const marked = text(storage)
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => parseLine(Buffer.from(line)).record);
    expect(marked.map((each) => [each?.action, each?.mark?.n, each?.mark?.base])).toEqual([
      ['vault.unlock', 0, heads[0]],
      ['file.encrypt', 1, undefined],
      ['key.create', 2, heads[1]],
      ['file.decrypt', 3, undefined],
      ['audit.view', 4, undefined],
    ]);
    const check = new SessionCheck(key(), null);
    for (const each of marked) {
      if (each?.mark === undefined) throw new Error('it has no mark');
      expect(each.mark.session).toBe(session);
      expect(check.accepts({ ...each, mark: each.mark })).toBe(true);
    }
  });

  it('zeroises the key of a session at its end, and when another starts', async () => {
    const ledger = await Ledger.open(disk(encodeRecord(record(1))).store(), stamp);
    const openKey = (): Promise<null> => Promise.resolve(null);
    const keys = [key(), key()];
    for (const each of keys) {
      const { size: signed } = ledger.head;
      const tail = await ledger.authenticate({ signed, openKey, carryOver: false });
      await ledger.begin(tail, { id: session, key: each }, act('vault.unlock'));
    }
    expect(keys).toEqual([Buffer.alloc(32), key()]);
    ledger.endSession();
    expect(keys).toEqual([Buffer.alloc(32), Buffer.alloc(32)]);
  });

  it.each([
    ['nothing', [], 'contains no records'],
    ['only a torn record', ['{"seq":1'], 'contains no records'],
    ['another field', [encodeRecord(record(1)).toString().replace('{', '{"more":1,')], 'Record 1'],
    [
      'a missing field',
      [encodeRecord(record(1)).toString().replace('"clock":"test",', '')],
      'Record 1',
    ],
    [
      'a date that is none',
      [encodeRecord(record(1)).toString().replace('-01-01T', '-13-01T')],
      'Record 1',
    ],
    [
      'half a mark',
      [
        encodeRecord(record(1)).toString().replace(/\}\n$/, `,"session":"${session}"}\n`),
        encodeRecord(record(2)),
      ],
      'Record 1',
    ],
  ])('with %s is refused and left alone', async (_, lines, words) => {
    const storage = disk(...lines);
    const before = storage.files();
    await expect(Ledger.open(storage.store(), stamp)).rejects.toMatchObject({
      code: 'ledger-damaged',
      message: expect.stringContaining(words) as string,
    });
    expect(storage.files()).toEqual(before);
  });
});

const faults: readonly (readonly [string, (seq: number, line: Buffer) => string | Buffer])[] = [
  ['a gap', (seq) => encodeRecord(record(seq + 1))],
  ['a repetition', (seq) => encodeRecord(record(seq - 1))],
  ['an empty line', () => '\n'],
  ['bytes that are no text', () => Buffer.from([0xff, 0x0a])],
  ['no JSON', () => '{"seq":\n'],
  ['another field', (_, line) => line.toString().replace('{', '{"more":1,')],
  ['half a mark', (_, line) => line.toString().replace(/,"mac":"\w+"/, '')],
];

describe.each(faults)('a ledger with %s', (_, fault) => {
  it('after the signed part opens up to there, and the rest is set aside at unlock', async () => {
    const sound = encodeRecord(record(1));
    const line = fault(2, encodeRecord({ ...record(2), mark: { session, n: 0, mac: session } }));
    const behind = Buffer.concat([Buffer.from(line), encodeRecord(record(2)), Buffer.from('{"se')]);
    const storage = disk(sound, behind);
    const before = storage.files();
    const ledger = await Ledger.open(storage.store(), stamp);
    expect(ledger.head.size).toBe(1);
    expect(storage.files()).toEqual(before);
    const [named, ...others] = await begin(ledger);
    expect(others).toEqual([]);
    expect(named).toMatchObject({
      action: 'ledger.torn',
      details: { bytes: behind.length, sha256: sha256(behind) },
    });
    expect(tornFiles(storage)).toEqual([behind.toString('latin1')]);
    const lines = text(storage).trimEnd().split('\n');
    expect(`${lines[0] ?? ''}\n`).toBe(sound.toString());
    expect(lines.slice(1).map((each) => parseLine(Buffer.from(each)).record)).toMatchObject([
      { seq: 2, action: 'vault.unlock' },
    ]);
    expect((await Ledger.open(storage.store(), stamp)).head).toEqual(ledger.head);
  });

  it('after the signed part has it set aside before anything else is recorded', async () => {
    const line = fault(2, encodeRecord({ ...record(2), mark: { session, n: 0, mac: session } }));
    const storage = disk(encodeRecord(record(1)), line);
    const ledger = await Ledger.open(storage.store(), stamp);
    expect(await ledger.append([act('audit.view')])).toEqual([record(2, 'audit.view')]);
    expect(text(storage)).toBe(
      `${encodeRecord(record(1)).toString()}${encodeRecord(record(2, 'audit.view')).toString()}`,
    );
    expect(tornFiles(storage)).toEqual([Buffer.from(line).toString('latin1')]);
  });

  it('inside the signed part is refused and left alone', async () => {
    const { files, lines, signed } = await signedVault();
    for (let seq = 2; seq <= signed; seq += 1) {
      const changed = lines.with(seq - 1, Buffer.from(fault(seq, lines[seq - 1] ?? Buffer.of())));
      const ledger = Buffer.concat(changed);
      const storage = new DiskModel({ ...files, [vaultFiles.ledger]: ledger });
      const before = storage.files();
      await expect(Ledger.open(storage.store(), stamp)).rejects.toMatchObject({
        code: 'ledger-damaged',
        message: expect.stringContaining(`Record ${seq} is damaged`) as string,
      });
      expect(storage.files()).toEqual(before);
    }
    const changed = lines.with(
      signed,
      Buffer.from(fault(signed + 1, lines[signed] ?? Buffer.of())),
    );
    const ledger = Buffer.concat(changed);
    const storage = new DiskModel({ ...files, [vaultFiles.ledger]: ledger });
    const opened = await Ledger.open(storage.store(), stamp);
    expect(opened.head.size).toBe(signed);
    expect(opened.ownSize).toBe(signed);
  });
});

/** A vault's folder, whose last two records no checkpoint covers. */
const signedVault = async (): Promise<{
  files: Record<string, Buffer>;
  lines: Buffer[];
  signed: number;
}> => {
  const storage = new DiskModel();
  const { vault } = await createUnlocked(storage, await testContext());
  await vault.record([act('file.encrypt'), act('file.decrypt')]);
  await vault.checkpoint('now');
  const signed = vault.head.size;
  await vault.record([act('file.encrypt'), act('file.decrypt')]);
  await vault.close();
  const lines = text(storage)
    .trimEnd()
    .split('\n')
    .map((line) => Buffer.from(`${line}\n`));
  expect(lines).toHaveLength(signed + 2);
  return { files: storage.files(), lines, signed };
};

describe('a record', () => {
  const json = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue());

  it('comes back from its line as it was, whatever it holds', () => {
    fc.assert(
      fc.property(
        json,
        json,
        fc.string({ unit: 'binary', minLength: 1 }),
        (subject, details, action) => {
          const plain = (value: unknown): never => JSON.parse(JSON.stringify(value)) as never;
          const before = { ...record(7, action), subject: plain(subject), details: plain(details) };
          const line = encodeRecord(before);
          expect(line.indexOf(0x0a)).toBe(line.length - 1);
          const parsed = parseLine(line.subarray(0, -1));
          expect(JSON.stringify(parsed.record)).toBe(
            JSON.stringify(JSON.parse(JSON.stringify(before))),
          );
        },
      ),
    );
  });

  it('keeps its session mark, after its details', () => {
    const hex = (length: number): fc.Arbitrary<string> =>
      fc
        .uint8Array({ minLength: length, maxLength: length })
        .map((bytes) => Buffer.from(bytes).toString('hex'));
    const mark = fc.record(
      {
        session: hex(16),
        n: fc.maxSafeNat(),
        base: fc.record({ size: fc.maxSafeNat().map((size) => Math.max(size, 1)), root: hex(32) }),
        mac: hex(16),
      },
      { requiredKeys: ['session', 'n', 'mac'] },
    );
    fc.assert(
      fc.property(mark, (shown) => {
        const before = { ...record(7), mark: shown };
        const line = encodeRecord(before).subarray(0, -1);
        expect(parseLine(line).record).toEqual(before);
        expect(Object.keys(JSON.parse(line.toString()) as object).slice(7)).toEqual(
          shown.base === undefined
            ? ['details', 'session', 'n', 'mac']
            : ['details', 'session', 'n', 'base', 'mac'],
        );
      }),
    );
  });

  it('keeps its code', () => {
    const refused: LedgerRecord = { ...record(1), outcome: 'refused', code: 'pin-incorrect' };
    expect(parseLine(encodeRecord(refused).subarray(0, -1)).record).toEqual(refused);
  });
});

describe('the place where a text stops being JSON', () => {
  it.each([
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ['{"a":01}', 6],
    ['[1,2', 4],
    ['[1 2]', 3],
    ['{"a":[1}', 7],
    ['{a:1}', 1],
    ['"é" x', 5],
    ['{} {}', 3],
    ['', 0],
    ['{"a":tru}', 5],
  ])('%s: byte %i', (json, at) => {
    expect(jsonFault(json)).toBe(at);
  });

  it('is the end of every incomplete JSON text, and never beyond it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, cut) => {
        const whole = JSON.stringify(value);
        expect(jsonFault(whole)).toBe(Buffer.byteLength(whole));
        const part = whole.slice(0, cut % (whole.length + 1));
        expect(jsonFault(part)).toBeLessThanOrEqual(Buffer.byteLength(part));
      }),
    );
  });
});
