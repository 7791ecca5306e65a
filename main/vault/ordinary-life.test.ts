import { expect, it } from 'vitest';
import { Failure } from '../../shared/failure.ts';
import type { EpochHead } from '../ledger/facts.ts';
import { vaultFiles } from '../store/folder/names.ts';
import { DiskModel, seededRandom } from '../store/testing/disk-model.ts';
import { act, newKeyId, testContext, wrappedVersion } from './testing/context.ts';
import { createUnlocked, lock, unlock } from './testing/sessions.ts';
import type { SoftwareToken } from './testing/software-token.ts';
import { Vault, type VaultContext } from './vault.ts';

/*
 * What happens to a vault that nobody attacks: clocks that move, suspended computers, lost engines,
 * power cuts, folders that are moved, colleagues, updates, a second token with the same keys. None
 * of it may raise an alarm, and none of it may open a door for what somebody writes into the folder.
 */

const HISTORIES = Number(process.env['CLAVIGER_ORDINARY_HISTORIES'] ?? 200);
const EVENTS = 16;
const DAY_MS = 86_400_000;

type Random = (below: number) => number;

/** A vault, the people who share it, and the two tokens that hold its keys. */
class Life {
  readonly did: string[] = [];
  readonly #random: Random;
  readonly #context: VaultContext;
  readonly #token: SoftwareToken;
  /** What each of two computers has seen, and what each of two tokens holds. */
  readonly #seen: (EpochHead | null)[] = [null, null];
  readonly #anchors: (readonly string[])[] = [[], []];
  #user = 0;
  #serial = 0;
  #disk: DiskModel;
  #vault: Vault;
  readonly #clock: { lateMs: number };

  private constructor(
    random: Random,
    world: { readonly context: VaultContext; readonly clock: { lateMs: number } },
    made: { readonly disk: DiskModel; readonly vault: Vault; readonly token: SoftwareToken },
  ) {
    this.#random = random;
    this.#context = world.context;
    this.#clock = world.clock;
    this.#disk = made.disk;
    this.#vault = made.vault;
    this.#token = made.token;
  }

  static async begin(random: Random): Promise<Life> {
    const plain = await testContext();
    const clock = { lateMs: 0 };
    const now = (): Date => new Date(plain.clock.now().getTime() + clock.lateMs);
    const context = { ...plain, clock: { ...plain.clock, now } };
    const disk = new DiskModel();
    const made = await createUnlocked(disk, context);
    const life = new Life(random, { context, clock }, { disk, ...made });
    await life.#keep();
    return life;
  }

  get files(): ReturnType<DiskModel['files']> {
    return this.#disk.files();
  }

  async next(): Promise<void> {
    const events = this.#vault.isInSession ? this.#working : this.#resting;
    const names = Object.keys(events);
    const name = names[this.#random(names.length)] ?? '';
    this.did.push(name);
    await events[name]?.();
  }

  readonly #working: Readonly<Record<string, () => Promise<unknown>>> = {
    'a key is made': () => this.#commit('key.create'),
    'files are encrypted': () => this.#vault.record([act('file.encrypt'), act('file.encrypt')]),
    'the library was updated': () => this.#commit('token.probe'),
    'the computer was suspended': () => this.#moveClock(3),
    'the clock is set back': () => this.#moveClock(-2),
    'the engine is lost': async () => {
      this.#vault.stopSigning();
      await this.#vault.record([act('engine.lost'), act('file.encrypt')]);
      await this.#unlock();
    },
    'the power is cut': async () => {
      if (this.#random(2) === 0) await this.#vault.record([act('file.encrypt')]);
      await this.#vault.close();
      await this.#open(this.files);
    },
    'it is locked': () => this.lock(),
  };

  readonly #resting: Readonly<Record<string, () => Promise<unknown>>> = {
    'it is looked at': () => this.#vault.record([act('audit.view'), act('token.login')]),
    'the clock is set': () => this.#moveClock(this.#random(2) === 0 ? -400 : 400),
    'the folder is moved': () => this.#reopen(),
    'a colleague takes it': () => {
      this.#user = 1 - this.#user;
      return this.#reopen();
    },
    'the other token is taken': () => {
      this.#serial = 1 - this.#serial;
      return this.#reopen();
    },
    'it is unlocked': () => this.#unlock(),
  };

  async lock(): Promise<void> {
    if (!this.#vault.isInSession) await this.#unlock();
    await lock(this.#vault);
    await this.#keep();
  }

  /** What this computer says of these files, with a token that holds nothing to compare them with. */
  async tryElsewhere(files: ReturnType<DiskModel['files']>): Promise<Vault | Failure> {
    await this.#vault.close();
    await this.#open(files);
    this.#anchors[this.#serial] = [];
    try {
      await this.#unlock();
      return this.#vault;
    } catch (error) {
      if (error instanceof Failure) return error;
      throw error;
    }
  }

  async end(): Promise<void> {
    await this.#vault.close();
  }

  #commit(action: string): Promise<void> {
    const key = {
      id: newKeyId(),
      name: `key ${newKeyId()}`,
      custody: 'hsm-wrapped',
      bulk: 'host',
    } as const;
    return this.#vault.commit(
      ({ keys }) => keys.insert(key, wrappedVersion(1, Buffer.alloc(60, 1))),
      () => act(action),
    );
  }

  #moveClock(days: number): Promise<void> {
    this.#clock.lateMs += days * DAY_MS;
    return Promise.resolve();
  }

  async #reopen(): Promise<void> {
    await this.#vault.close();
    await this.#open(this.files);
  }

  async #open(files: ReturnType<DiskModel['files']>): Promise<void> {
    this.#disk = new DiskModel(files);
    this.#vault = await Vault.openOn(this.#disk.store(), this.#context);
  }

  async #unlock(): Promise<void> {
    this.#token.anchors = [...(this.#anchors[this.#serial] ?? [])];
    const seen = this.#seen[this.#user] ?? null;
    await unlock(this.#vault, this.#token, { seen, isTwin: this.#serial === 1 });
    await this.#keep();
  }

  async #keep(): Promise<void> {
    const head = await this.#vault.checkpoint('now').catch(() => null);
    if (head !== null) this.#seen[this.#user] = head;
    this.#anchors[this.#serial] = [...this.#token.anchors];
  }
}

const linesOf = (files: ReturnType<DiskModel['files']>): string[] =>
  (files[vaultFiles.ledger] ?? Buffer.alloc(0)).toString().trimEnd().split('\n');
const isAside = (name: string): boolean => name.startsWith('ledger.torn');

it(`raises no alarm and loses nothing in ordinary life (${HISTORIES} histories)`, async () => {
  const events = new Set<string>();
  for (let seed = 0; seed < HISTORIES; seed += 1) {
    const life = await Life.begin(seededRandom(seed));
    const what = (): string => `history ${seed}: ${life.did.join(', ')}`;
    for (let n = 0; n < EVENTS; n += 1) {
      const before = linesOf(life.files);
      await life.next().catch((error: unknown) => {
        throw new Error(what(), { cause: error });
      });
      expect(linesOf(life.files).slice(0, before.length), what()).toEqual(before);
    }
    expect(Object.keys(life.files).filter(isAside), what()).toEqual([]);
    for (const each of life.did) events.add(each);
    await life.end();
  }
  expect(events.size).toBe(14);
}, 600_000);

it('reports a copy that was used beside the vault, on the computer that saw both', async () => {
  for (let seed = 0; seed < HISTORIES / 10; seed += 1) {
    const life = await Life.begin(seededRandom(seed));
    for (let n = 0; n < EVENTS; n += 1) await life.next();
    await life.lock();
    const copy = life.files;
    await life.lock();
    const outcome = await life.tryElsewhere(copy);
    expect(outcome, life.did.join(', ')).toMatchObject({ code: 'rolled-back' });
    await life.end();
  }
}, 600_000);

it('accepts nothing that somebody appends afterwards', async () => {
  for (let seed = 0; seed < HISTORIES / 10; seed += 1) {
    const life = await Life.begin(seededRandom(seed));
    for (let n = 0; n < EVENTS; n += 1) await life.next();
    await life.lock();
    const { files } = life;
    const lines = linesOf(files);
    const model = lines[seed % lines.length] ?? '';
    const forged = model
      .replace(/^\{"seq":\d+,/, `{"seq":${lines.length + 1},`)
      .replace(/"action":"[^"]+"/, '"action":"key.destroy"');
    const text = `${[...lines, forged].join('\n')}\n`;
    const edited = { ...files, [vaultFiles.ledger]: Buffer.from(text) };
    const outcome = await life.tryElsewhere(edited);
    if (!(outcome instanceof Failure))
      expect(linesOf(life.files), life.did.join(', ')).not.toContain(forged);
    await life.end();
  }
}, 600_000);
