import { type Files, OtherFile } from '../folder/files.ts';
import { FolderStore } from '../folder/folder-store.ts';

/** Numbers from 0 up to, not including, `below`; the same for the same seed (mulberry32). */
export const seededRandom = (seed: number): ((below: number) => number) => {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
};

/** A file apart from its name: what a sync has made durable, and what is in the page cache. */
class Inode {
  durable: Buffer;
  cached: Buffer;

  constructor(content: Buffer) {
    this.durable = content;
    this.cached = content;
  }
}

type NameChange =
  | { readonly kind: 'link'; readonly name: string; readonly inode: Inode }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string; readonly inode: Inode }
  | { readonly kind: 'remove'; readonly name: string };

const apply = (names: Map<string, Inode>, change: NameChange): void => {
  if (change.kind === 'link') names.set(change.name, change.inode);
  else if (change.kind === 'remove') names.delete(change.name);
  else {
    if (names.get(change.from) === change.inode) names.delete(change.from);
    names.set(change.to, change.inode);
  }
};

/** The power went at this step; nothing after it happens. */
export class PowerCut extends Error {
  override readonly name = 'PowerCut';
}

export type Fault =
  | { readonly kind: 'power'; readonly step: number }
  /** From this step on, or at this step only, the disk answers with an error. */
  | {
      readonly kind: 'errno';
      readonly step: number;
      readonly code: string;
      readonly once: boolean;
    };

const errnoError = (code: string): Error =>
  Object.assign(new Error(`${code}: from the model`), { code });

/**
 * A folder in memory that keeps apart what is durable and what is only in the cache, counts every
 * single step (create, write, sync, rename …) and fails at a chosen one. After a power cut any
 * part of what was not synced may be there: files old, new, cut anywhere or filled with zeros,
 * and any subset of the name changes since the last `syncFolder`.
 */
export class DiskModel implements Files {
  readonly #durableNames: Map<string, Inode>;
  readonly #names: Map<string, Inode>;
  #pending: NameChange[] = [];
  #fault: Fault | null = null;
  #steps = 0;
  #isOff = false;

  constructor(files: Readonly<Record<string, Buffer>> = {}) {
    const entries = Object.entries(files).map(([name, bytes]): [string, Inode] => [
      name,
      new Inode(bytes),
    ]);
    this.#durableNames = new Map(entries);
    this.#names = new Map(entries);
  }

  /** A vault on this disk; no lock is in it. */
  store(): FolderStore {
    return new FolderStore(this);
  }

  get steps(): number {
    return this.#steps;
  }

  /** Restarts the count of steps and fails at the given one. */
  arm(fault: Fault | null): void {
    this.#fault = fault;
    this.#steps = 0;
  }

  /** A step of something else that loses its power together with the disk. */
  tick(): void {
    this.#step();
  }

  files(): Record<string, Buffer> {
    return Object.fromEntries([...this.#names].map(([name, { cached }]) => [name, cached]));
  }

  /** The disk as it may be found after a power cut at this moment. */
  afterPowerCut(seed: number): DiskModel {
    const random = seededRandom(seed);
    const names = new Map(this.#durableNames);
    for (const change of this.#pending) if (random(2) === 0) apply(names, change);
    const contents = new Map<Inode, Buffer>();
    for (const inode of names.values())
      if (!contents.has(inode)) contents.set(inode, survivor(inode, random));
    const files = [...names].map(([name, inode]) => [name, contents.get(inode)] as const);
    return new DiskModel(Object.fromEntries(files.map(([n, c]) => [n, c ?? Buffer.alloc(0)])));
  }

  async read(name: string): Promise<Buffer | null> {
    this.#check();
    return Promise.resolve(this.#names.get(name)?.cached ?? null);
  }

  async readAt(name: string, offset: number, length: number): Promise<Buffer> {
    this.#check();
    return Promise.resolve(this.#existing(name).cached.subarray(offset, offset + length));
  }

  async *stream(name: string, from: number, to?: number): AsyncGenerator<Buffer> {
    this.#check();
    const bytes = this.#existing(name).cached.subarray(from, to);
    // Odd pieces, so that lines lie across their ends.
    for (let at = 0; at < bytes.length; at += 97)
      yield await Promise.resolve(bytes.subarray(at, at + 97));
  }

  async writeSynced(name: string, bytes: Uint8Array): Promise<void> {
    this.#step();
    if (this.#names.has(name)) this.#change({ kind: 'remove', name });
    this.#step();
    const inode = this.#create(name);
    this.#write(inode, bytes, (written) => Buffer.from(written));
    this.#sync(inode);
    await Promise.resolve();
  }

  async overwriteSynced(name: string, bytes: Uint8Array): Promise<void> {
    const inode = this.#existing(name);
    const old = inode.cached;
    this.#write(inode, bytes, (written) => Buffer.concat([written, old.subarray(written.length)]));
    this.#sync(inode);
    this.#step();
    inode.cached = Buffer.from(bytes);
    this.#sync(inode);
    await Promise.resolve();
  }

  async append(name: string, at: number, bytes: Uint8Array): Promise<void> {
    const inode = this.#existing(name);
    const old = inode.cached;
    if (old.length !== at) throw new OtherFile(`${name} has ${old.length} bytes instead of ${at}`);
    this.#write(inode, bytes, (written) => Buffer.concat([old, written]));
    this.#sync(inode);
    await Promise.resolve();
  }

  async truncateSynced(name: string, length: number): Promise<void> {
    this.#step();
    const inode = this.#existing(name);
    inode.cached = inode.cached.subarray(0, length);
    this.#sync(inode);
    await Promise.resolve();
  }

  async rename(from: string, to: string): Promise<void> {
    this.#step();
    this.#change({ kind: 'rename', from, to, inode: this.#existing(from) });
    await Promise.resolve();
  }

  async remove(name: string): Promise<void> {
    this.#step();
    if (this.#names.has(name)) this.#change({ kind: 'remove', name });
    await Promise.resolve();
  }

  async list(): Promise<string[]> {
    this.#check();
    return Promise.resolve([...this.#names.keys()]);
  }

  async syncFolder(): Promise<void> {
    this.#step();
    for (const change of this.#pending) apply(this.#durableNames, change);
    this.#pending = [];
    await Promise.resolve();
  }

  #create(name: string): Inode {
    const inode = new Inode(Buffer.alloc(0));
    this.#change({ kind: 'link', name, inode });
    return inode;
  }

  #change(change: NameChange): void {
    this.#pending.push(change);
    apply(this.#names, change);
  }

  #existing(name: string): Inode {
    const inode = this.#names.get(name);
    if (inode === undefined) throw errnoError('ENOENT');
    return inode;
  }

  /** A write that fails has written a part, as a full disk does. */
  #write(inode: Inode, bytes: Uint8Array, result: (written: Uint8Array) => Buffer): void {
    try {
      this.#step();
    } catch (error) {
      inode.cached = result(bytes.subarray(0, Math.floor(bytes.length / 2)));
      throw error;
    }
    inode.cached = result(bytes);
  }

  /** A sync that fails leaves open what is durable. */
  #sync(inode: Inode): void {
    this.#step();
    inode.durable = inode.cached;
  }

  #check(): void {
    if (this.#isOff) throw new PowerCut('the power is off');
  }

  #step(): void {
    this.#check();
    const step = this.#steps;
    this.#steps += 1;
    const fault = this.#fault;
    if (fault === null) return;
    if (fault.kind === 'power') {
      if (step === fault.step) {
        this.#isOff = true;
        throw new PowerCut(`the power went at step ${step}`);
      }
      return;
    }
    if (step === fault.step || (!fault.once && step > fault.step)) throw errnoError(fault.code);
  }
}

/** What may be left of a file whose cache was not synced. */
const survivor = ({ durable, cached }: Inode, random: (below: number) => number): Buffer => {
  if (cached === durable) return durable;
  const isCut = durable.subarray(0, cached.length).equals(cached);
  // Cutting a file off never takes more than was asked; emptying it comes before rewriting it.
  if (isCut) return random(2) === 0 ? durable : cached;
  const isAppend =
    cached.length > durable.length && cached.subarray(0, durable.length).equals(durable);
  const least = isAppend ? durable.length : 0;
  const cut = least + random(cached.length - least + 1);
  const part = cached.subarray(0, cut);
  const choices = [
    durable,
    cached,
    part,
    Buffer.concat([part, Buffer.alloc(cached.length - cut)]),
    Buffer.concat([part, durable.subarray(cut)]),
  ];
  return choices[random(choices.length)] ?? durable;
};
