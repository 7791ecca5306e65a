import { beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../system/sha256.ts';
import type { ByteRange, Store, StoreReader } from '../store.ts';

/** An empty place for one vault. */
export interface StorePlace {
  /** Opens it to be changed, again after `close`. */
  hold(): Promise<Store>;
  /** Opens it for viewing, while another holds it. */
  look(): Store;
  /** What an interrupted write leaves: bytes behind the last line. */
  tear(bytes: Buffer): Promise<void>;
  /** Whether these bytes are stored anywhere, under whatever name. */
  holds(bytes: Buffer): Promise<boolean>;
}

const bytes = (text: string): Buffer => Buffer.from(text);
const image = (text: string): Buffer => Buffer.concat([Buffer.alloc(8192, 1), bytes(text)]);

const readAll = async (store: StoreReader, range: ByteRange = { from: 0 }): Promise<string> => {
  const pieces: Buffer[] = [];
  for await (const piece of store.read(range)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
};

const FIRST = '{"seq":1}\n';
const first = image('first image');
const note = (of: string): string => `a note over ${of}\n\n— signed\n`;
const NOW = new Date('2026-01-02T03:04:05.678Z');

const create = async (store: Store): Promise<void> => {
  const sign = (): Promise<string> => Promise.resolve(note('1'));
  await store.create({ image: first, line: bytes(FIRST), sign, beside: [] });
};

/** What those above rely on: the same for every store. */
export const storeContract = (makePlace: () => Promise<StorePlace>): void => {
  let place: StorePlace;
  let store: Store;
  beforeEach(async () => {
    place = await makePlace();
    store = await place.hold();
  });

  const reopen = async (): Promise<void> => {
    await store.close();
    store = await place.hold();
  };
  const found = async (of: Buffer): Promise<string> => {
    const { kind, ...rest } = await store.keystore(sha256(of));
    return 'left' in rest ? `${kind}, ${rest.left} left` : kind;
  };
  const expectOnlyFirst = async (): Promise<void> => {
    expect(await readAll(store)).toBe(FIRST);
    expect(await found(first)).toBe('found, nothing left');
  };

  describe('creating', () => {
    it('leaves a vault with its line, its image and its note', async () => {
      expect(await store.state()).toBe('none');
      await create(store);
      await reopen();
      expect(await store.state()).toBe('vault');
      await expectOnlyFirst();
      const { newest, history } = await store.notes();
      expect([newest, history]).toEqual([note('1'), [note('1')]]);
    });

    it('asks for the note before there is a vault, and makes none without it', async () => {
      const states: string[] = [];
      const sign = async (): Promise<string> => {
        states.push(await store.state());
        throw new Error('the token is gone');
      };
      const made = store.create({ image: first, line: bytes(FIRST), sign, beside: [] });
      await expect(made).rejects.toThrow('the token is gone');
      expect([...states, await store.state()]).toEqual(['begun', 'begun']);
      await create(store);
      await expectOnlyFirst();
    });

    it('is refused where there is a vault', async () => {
      await create(store);
      await expect(create(store)).rejects.toMatchObject({ code: 'vault-exists' });
      await expectOnlyFirst();
    });
  });

  describe('lines', () => {
    beforeEach(() => create(store));

    it('come back exactly, in their order, whole and in part', async () => {
      const lines = ['{"ü":"\\u0000"}\n', '\n', `${'x'.repeat(300_000)}\n`, '{"seq":2}\n'];
      let at = FIRST.length;
      for (const line of lines) {
        expect(await store.append(at, bytes(line))).toBe('done');
        at += Buffer.byteLength(line);
      }
      await reopen();
      expect(await readAll(store)).toBe(FIRST + lines.join(''));
      expect(await readAll(store, { from: at - 10, to: at - 1 })).toBe('{"seq":2}');
      expect(await readAll(store, { from: at })).toBe('');
      expect((await store.readAt(1, 5)).toString()).toBe('"seq"');
      expect((await store.readAt(at - 3, 100)).toString()).toBe('2}\n');
    });

    it('are not added behind another end than the one they were made for', async () => {
      for (const at of [0, FIRST.length - 1, FIRST.length + 1])
        expect(await store.append(at, bytes('lost\n'))).toBe('moved');
      await place.tear(bytes('of somebody else\n'));
      expect(await store.append(FIRST.length, bytes('lost\n'))).toBe('moved');
      expect(await readAll(store)).toBe(`${FIRST}of somebody else\n`);
    });

    it('are preceded by nothing torn: that is set aside, and kept', async () => {
      await place.tear(bytes('{"seq":2,"to'));
      await store.setAside(FIRST.length, NOW);
      await place.tear(bytes('{"seq":2,"other'));
      await store.setAside(FIRST.length, NOW);
      await store.setAside(FIRST.length, NOW);
      expect(await store.append(FIRST.length, bytes('{"seq":2}\n'))).toBe('done');
      expect(await readAll(store)).toBe(`${FIRST}{"seq":2}\n`);
      const names = (await store.tornFiles()).toSorted();
      const kept = await Promise.all(names.map((name) => store.tornFile(name)));
      expect(kept.map(String).toSorted()).toEqual(['{"seq":2,"other', '{"seq":2,"to']);
    });
  });

  describe('a commit', () => {
    const next = image('next image');
    const line = bytes(`{"keystore":"${sha256(next)}"}\n`);
    beforeEach(() => create(store));

    it('puts line and image in force together', async () => {
      await store.stage(next);
      const commit = { at: FIRST.length, lines: line, image: next, purge: false };
      expect(await store.commit(commit)).toEqual({ kind: 'done' });
      await reopen();
      expect(await readAll(store)).toBe(FIRST + line.toString());
      expect([await found(next), await found(first)]).toEqual(['found, nothing left', 'other']);
    });

    it('changes neither where the head is another than the expected one', async () => {
      expect(await store.append(FIRST.length, bytes('between\n'))).toBe('done');
      await store.stage(next);
      const commit = { at: FIRST.length, lines: line, image: next, purge: true };
      expect(await store.commit(commit)).toEqual({ kind: 'moved' });
      await reopen();
      expect(await readAll(store)).toBe(`${FIRST}between\n`);
      expect([await found(next), await found(first)]).toEqual(['other', 'found, nothing left']);
    });

    it('that was only staged has no effect, and is tidied up', async () => {
      await store.stage(next);
      await reopen();
      expect(await readAll(store)).toBe(FIRST);
      expect(await found(first)).toBe('found, unnamed left');
      await store.repair(await store.keystore(sha256(first)));
      expect(await found(first)).toBe('found, nothing left');
      expect(await place.holds(bytes('next image'))).toBe(false);
    });

    it('with purge leaves nothing of the image before it', async () => {
      expect(await place.holds(bytes('first image'))).toBe(true);
      await store.stage(next);
      await store.commit({ at: FIRST.length, lines: line, image: next, purge: true });
      expect(await found(next)).toBe('found, nothing left');
      expect(await place.holds(bytes('first image'))).toBe(false);
    });
  });

  describe('notes', () => {
    beforeEach(() => create(store));

    it('are kept in their order, the newest by itself, behind the lines they are over', async () => {
      await store.append(FIRST.length, bytes('{"seq":2}\n'));
      await store.addNote(note('2'));
      await reopen();
      await store.addNote(note('3'));
      const { newest, history } = await store.notes();
      expect(newest).toBe(note('3'));
      expect(history).toEqual([note('1'), note('2'), note('3')]);
      expect(await readAll(store)).toContain('{"seq":2}');
    });

    it('of time-stamping authorities, too', async () => {
      expect(await store.timestamps()).toEqual([]);
      await store.addTimestamp('{"one":1}');
      await reopen();
      await store.addTimestamp('{"two":2}');
      expect(await store.timestamps()).toEqual(['{"one":1}', '{"two":2}']);
    });
  });

  describe('a new epoch', () => {
    const line = bytes('{"seq":1,"epoch":2}\n');
    beforeEach(async () => {
      await create(store);
      await store.append(FIRST.length, bytes('old\n'));
      await store.cache('tree', bytes('old hashes'));
    });

    it('begins with its own line and note, and keeps the old ones', async () => {
      const signed: string[] = [];
      const sign = async (): Promise<string> => {
        signed.push(await readAll(store));
        return note('epoch 2');
      };
      await store.beginEpoch({ line, sign, ended: 1 });
      expect(signed).toEqual([`${FIRST}old\n`]);
      await reopen();
      expect(await readAll(store)).toBe(line.toString());
      expect(await found(first)).toBe('found, nothing left');
      expect((await store.notes()).newest).toBe(note('epoch 2'));
      expect((await store.notes()).history).not.toContain(note('1'));
      expect(await store.cached('tree')).toBeNull();
      await store.addNote(note('2'));
      expect((await store.notes()).history.at(-1)).toBe(note('2'));
      expect(await place.holds(bytes(`${FIRST}old\n`))).toBe(true);
      expect(await place.holds(bytes(JSON.stringify(note('1'))))).toBe(true);
    });

    it('does not begin where its note cannot be signed', async () => {
      const sign = (): Promise<string> => Promise.reject(new Error('the token is gone'));
      const begun = store.beginEpoch({ line, sign, ended: 1 });
      await expect(begun).rejects.toThrow('the token is gone');
      await reopen();
      await store.finishEpoch();
      expect(await readAll(store)).toBe(`${FIRST}old\n`);
      expect((await store.notes()).newest).toBe(note('1'));
    });
  });

  it('a cache gives back what was kept last, or nothing', async () => {
    await create(store);
    expect([await store.cached('tree'), await store.cached('summary')]).toEqual([null, null]);
    for (const kept of ['one', 'one and more', 'other', '']) {
      await store.cache('tree', bytes(kept));
      expect((await store.cached('tree'))?.toString()).toBe(kept);
    }
    expect(await store.cached('summary')).toBeNull();
  });

  it('documents are the ledger and its notes byte for byte, and no image', async () => {
    await create(store);
    await place.tear(bytes('torn'));
    await store.setAside(FIRST.length, NOW);
    const contents: string[] = [];
    for (const document of await store.documents()) {
      const pieces: Buffer[] = [];
      for await (const piece of document.read()) pieces.push(piece);
      contents.push(Buffer.concat(pieces).toString());
    }
    for (const wanted of [FIRST, note('1'), 'torn']) expect(contents).toContain(wanted);
    expect(contents.join('')).not.toContain('first image');
  });

  it('may be looked at beside its holder, and is not changed by that', async () => {
    await create(store);
    const looked = place.look();
    await store.append(FIRST.length, bytes('{"seq":2}\n'));
    expect(await looked.state()).toBe('vault');
    expect(await readAll(looked)).toBe(`${FIRST}{"seq":2}\n`);
    expect((await looked.keystore(sha256(first))).kind).toBe('found');
    expect((await looked.notes()).newest).toBe(note('1'));
    const at = FIRST.length + 10;
    await expect(looked.append(at, bytes('lost\n'))).rejects.toThrow('only looked at');
    await expect(looked.stage(image('x'))).rejects.toThrow('only looked at');
    await expect(looked.addNote('x')).rejects.toThrow('only looked at');
    expect(await readAll(store)).toBe(`${FIRST}{"seq":2}\n`);
  });
};

/** Of stores that several programs can reach. */
export const holderContract = (makePlace: () => Promise<StorePlace>): void => {
  it('has one holder at a time', async () => {
    const place = await makePlace();
    const store = await place.hold();
    await create(store);
    await expect(place.hold()).rejects.toMatchObject({ code: 'vault-locked' });
    expect(await place.look().state()).toBe('vault');
    await store.close();
    const next = await place.hold();
    expect(await readAll(next)).toBe(FIRST);
    await next.close();
  });
};
