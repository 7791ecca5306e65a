/** What all threads of one pass over a large file share; it crosses between threads as it is. */
export interface RingMemory {
  /** Control words, see SegmentRing. */
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly slots: Uint8Array<SharedArrayBuffer>;
  /** Bytes of a slot: of a full segment as it is stored. */
  readonly slotBytes: number;
  /** Stored bytes of all segments together; only the last one may be shorter than a slot. */
  readonly bytes: number;
}

/** What is done with one segment, counted from 0. */
export type SlotWork = (segment: number, stored: Buffer) => void;

const NEXT = 0;
const TAKEN = 1;
const STOPPED = 2;
/** From here on one word for each slot: whose turn it is. */
const TURNS = 3;
const NOBODY = -1;

/**
 * Stored segments on their way through shared memory: workers claim them in order and fill the
 * slots, one thread takes them in order, while they are still in the processor's cache.
 *
 * Segment i goes through slot i mod n in round ⌊i / n⌋. The word of a slot counts turns: 2 × round
 * is for who fills it, 2 × round + 1 for who takes it. Who fills the lowest segment that has not
 * been taken waits for nobody, so a pass goes on while its threads are alive.
 */
export class SegmentRing {
  readonly #memory: RingMemory;
  readonly #places: number;
  readonly #segments: number;

  constructor(memory: RingMemory) {
    this.#memory = memory;
    this.#places = memory.control.length - TURNS;
    this.#segments = Math.ceil(memory.bytes / memory.slotBytes);
  }

  static memory(places: number, slotBytes: number, bytes: number): RingMemory {
    const words = new SharedArrayBuffer((TURNS + places) * Int32Array.BYTES_PER_ELEMENT);
    const slots = new SharedArrayBuffer(places * slotBytes);
    return {
      control: new Int32Array(words),
      slots: new Uint8Array(slots),
      slotBytes,
      bytes,
    };
  }

  /** Whether every segment is claimed, or the pass is stopped: there is nothing left to fill. */
  get isClaimed(): boolean {
    return this.#isStopped || this.#word(NEXT) >= this.#segments;
  }

  /** How many segments have been taken. */
  get taken(): number {
    return this.#word(TAKEN);
  }

  /** Claims and fills some segments, at most so many. @throws Error where the pass is stopped */
  fill(most: number, work: SlotWork): void {
    for (let done = 0; done < most; done++) {
      // Nobody claims more than there are, so that the word never overflows.
      if (this.isClaimed) return;
      const segment = Atomics.add(this.#memory.control, NEXT, 1) >>> 0;
      if (segment >= this.#segments) return;
      this.#inTurn(segment, 0, work);
    }
  }

  /** Takes every segment in order. @throws Error where the pass is stopped */
  take(work: SlotWork): void {
    for (let segment = 0; segment < this.#segments; segment++) {
      this.#inTurn(segment, 1, work);
      Atomics.add(this.#memory.control, TAKEN, 1);
    }
  }

  /** Ends the pass for every thread: who waits, or comes to wait, gets an Error. */
  stop(): void {
    const { control } = this.#memory;
    Atomics.store(control, STOPPED, 1);
    for (let word = TURNS; word < control.length; word++) {
      Atomics.store(control, word, NOBODY);
      Atomics.notify(control, word);
    }
  }

  #inTurn(segment: number, step: 0 | 1, work: SlotWork): void {
    const { control, slots, slotBytes, bytes } = this.#memory;
    const place = segment % this.#places;
    const turn = 2 * Math.floor(segment / this.#places) + step;
    this.#wait(TURNS + place, turn);
    const length = Math.min(slotBytes, bytes - segment * slotBytes);
    work(segment, Buffer.from(slots.buffer, place * slotBytes, length));
    // Not where the pass was stopped meanwhile: then it is nobody's turn.
    Atomics.compareExchange(control, TURNS + place, turn, turn + 1);
    Atomics.notify(control, TURNS + place);
  }

  #wait(word: number, turn: number): void {
    const { control } = this.#memory;
    for (;;) {
      const now = Atomics.load(control, word);
      if (this.#isStopped) throw new Error('the pass over this file was stopped');
      if (now === turn) return;
      Atomics.wait(control, word, now);
    }
  }

  get #isStopped(): boolean {
    return Atomics.load(this.#memory.control, STOPPED) !== 0;
  }

  /** Of a count, which has all 32 bits. */
  #word(index: number): number {
    return Atomics.load(this.#memory.control, index) >>> 0;
  }
}
