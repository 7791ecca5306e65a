import { createHash } from 'node:crypto';
import { PIECE_BYTES } from '../../../shared/file-digest.ts';
import type { FixedHeader } from '../envelope/fixed-line.ts';
import { SEGMENT_OVERHEAD } from '../envelope/format.ts';
import { fileLength, segmentCount, segmentOffset } from '../envelope/layout.ts';

/** What all threads of one pass over a large file share; it crosses between threads as it is. */
export interface PassMemory {
  /** Control words, see PiecePass. */
  readonly control: Int32Array<SharedArrayBuffer>;
  /** What segments hold beyond the piece that they start in, one place for each piece in progress. */
  readonly tails: Uint8Array<SharedArrayBuffer>;
  /** SHA-256 of each piece. */
  readonly digests: Uint8Array<SharedArrayBuffer>;
}

export interface PassParts {
  readonly fixed: FixedHeader;
  /** A, where segment 0 starts. */
  readonly areaLength: number;
  readonly memory: PassMemory;
}

/** Makes the stored bytes of a content segment, counted from 1. */
export type MakeSegment = (index: number, stored: Buffer) => void;

const NEXT = 0;
const MADE = 1;
const HASHED = 2;
const STOPPED = 3;
/** From here on two words for each place: whose turn it is, and how long the tail in it is. */
const PLACES = 4;
const WORDS = 2;
const NOBODY = -1;
const DIGEST_BYTES = 32;
const STOPPED_EARLY = 'the pass over this file was stopped';

/**
 * One pass of several threads over the pieces of an encrypted file. Each claims a piece, makes the
 * segments that start in it, and hashes the piece.
 *
 * A segment that goes on into the next piece is made first and its tail handed on, so that whoever
 * has the next piece does not wait for long. A tail of piece p goes through place p mod n in round
 * ⌊p / n⌋. The word of a place counts turns: 2 × round is for who hands on, 2 × round + 1 for who
 * takes. Everybody waits for earlier pieces only, and those are claimed: a pass goes on while its
 * threads are alive.
 */
export class PiecePass {
  readonly #memory: PassMemory;
  readonly #fixed: FixedHeader;
  readonly #areaLength: number;
  readonly #pieces: number;
  readonly #places: number;
  /** Bytes of a full segment as it is stored. */
  readonly #segment: number;
  readonly #length: number;

  constructor({ fixed, areaLength, memory }: PassParts) {
    this.#memory = memory;
    this.#fixed = fixed;
    this.#areaLength = areaLength;
    this.#pieces = memory.digests.length / DIGEST_BYTES;
    this.#places = (memory.control.length - PLACES) / WORDS;
    this.#segment = fixed.segment + SEGMENT_OVERHEAD;
    this.#length = fileLength(areaLength, fixed);
  }

  /** @param places pieces that may be in progress at a time, at least 2 */
  static memory(fixed: FixedHeader, areaLength: number, places: number): PassMemory {
    const pieces = Math.ceil(fileLength(areaLength, fixed) / PIECE_BYTES);
    const words = (PLACES + WORDS * places) * Int32Array.BYTES_PER_ELEMENT;
    return {
      control: new Int32Array(new SharedArrayBuffer(words)),
      tails: new Uint8Array(new SharedArrayBuffer(places * (fixed.segment + SEGMENT_OVERHEAD))),
      digests: new Uint8Array(new SharedArrayBuffer(pieces * DIGEST_BYTES)),
    };
  }

  /** Whether every piece is claimed, or the pass is stopped: there is nothing left to do. */
  get isClaimed(): boolean {
    return this.#isStopped || this.#word(NEXT) >= this.#pieces;
  }

  /** How many segments have been made. */
  get made(): number {
    return this.#word(MADE);
  }

  /**
   * Claims and makes some pieces, at most so many.
   * @param head what the file holds before its first content segment
   * @throws Error where the pass is stopped
   */
  run(most: number, head: readonly Uint8Array[], make: MakeSegment): void {
    const buffers = { one: this.#newBuffer(), last: this.#newBuffer() };
    for (let done = 0; done < most; done++) {
      // Nobody claims more than there are, so that the word never overflows.
      if (this.isClaimed) return;
      const piece = Atomics.add(this.#memory.control, NEXT, 1) >>> 0;
      if (piece >= this.#pieces) return;
      const digest = this.#hashPiece(piece, head, buffers, make);
      this.#memory.digests.set(digest, piece * DIGEST_BYTES);
      Atomics.add(this.#memory.control, HASHED, 1);
    }
  }

  /**
   * SHA-256 of each piece, one after another.
   * @throws Error where the pass was stopped before every piece was made
   */
  digests(): Uint8Array {
    if (this.#word(HASHED) !== this.#pieces) throw new Error(STOPPED_EARLY);
    return this.#memory.digests;
  }

  /** Ends the pass for every thread: who waits, or comes to wait, gets an Error. */
  stop(): void {
    const { control } = this.#memory;
    Atomics.store(control, STOPPED, 1);
    for (let word = PLACES; word < control.length; word += WORDS) {
      Atomics.store(control, word, NOBODY);
      Atomics.notify(control, word);
    }
  }

  #hashPiece(
    piece: number,
    head: readonly Uint8Array[],
    { one, last }: { readonly one: Buffer; readonly last: Buffer },
    make: MakeSegment,
  ): Uint8Array {
    const makeOne = (index: number, into: Buffer): Buffer => {
      const stored = into.subarray(0, this.#endOf(index) - this.#startOf(index));
      make(index, stored);
      Atomics.add(this.#memory.control, MADE, 1);
      return stored;
    };
    const hash = createHash('sha256');
    const end = (piece + 1) * PIECE_BYTES;
    const [from, to] = this.#startingIn(piece);
    const crosses = to > from && this.#endOf(to - 1) > end;
    const crossing = crosses ? makeOne(to - 1, last) : last.subarray(0, 0);
    const inside = crosses ? end - this.#startOf(to - 1) : 0;
    if (to > from) this.#handOn(piece, crossing.subarray(inside));
    for (const part of piece === 0 ? head : []) hash.update(part);
    this.#takeTail(piece - 1, (tail) => {
      hash.update(tail.subarray(0, PIECE_BYTES));
      // A long segment can fill a piece in which none starts.
      if (to === from) this.#handOn(piece, tail.subarray(PIECE_BYTES));
    });
    for (let index = from; index < (crosses ? to - 1 : to); index++)
      hash.update(makeOne(index, one));
    return hash.update(crossing.subarray(0, inside)).digest();
  }

  /** The content segments that start in a piece: from the first one up to, and without, the second. */
  #startingIn(piece: number): readonly [number, number] {
    const count = segmentCount(this.#fixed);
    const body = this.#startOf(1);
    const before = (bytes: number): number =>
      Math.min(count, Math.max(0, Math.ceil((bytes - body) / this.#segment))) + 1;
    return [before(piece * PIECE_BYTES), before((piece + 1) * PIECE_BYTES)];
  }

  #startOf(index: number): number {
    return segmentCount(this.#fixed) === 0
      ? this.#length
      : segmentOffset(this.#areaLength, this.#fixed, 1) + (index - 1) * this.#segment;
  }

  #endOf(index: number): number {
    return Math.min(this.#startOf(index) + this.#segment, this.#length);
  }

  /** Every piece but the last one hands on to the next, even nothing. */
  #handOn(piece: number, tail: Uint8Array = new Uint8Array()): void {
    if (piece === this.#pieces - 1) return;
    this.#inTurn(piece, 0, (place, length) => {
      place.set(tail);
      Atomics.store(this.#memory.control, length, tail.length);
    });
  }

  #takeTail(piece: number, work: (tail: Buffer) => void): void {
    if (piece < 0) {
      work(Buffer.alloc(0));
      return;
    }
    const { control } = this.#memory;
    this.#inTurn(piece, 1, (place, length) =>
      work(place.subarray(0, Atomics.load(control, length))),
    );
  }

  #inTurn(piece: number, step: 0 | 1, work: (place: Buffer, lengthWord: number) => void): void {
    const { control, tails } = this.#memory;
    const place = piece % this.#places;
    const word = PLACES + WORDS * place;
    const turn = 2 * Math.floor(piece / this.#places) + step;
    this.#wait(word, turn);
    work(Buffer.from(tails.buffer, place * this.#segment, this.#segment), word + 1);
    // Not where the pass was stopped meanwhile: then it is nobody's turn.
    Atomics.compareExchange(control, word, turn, turn + 1);
    Atomics.notify(control, word);
  }

  #wait(word: number, turn: number): void {
    const { control } = this.#memory;
    for (;;) {
      const now = Atomics.load(control, word);
      if (this.#isStopped) throw new Error(STOPPED_EARLY);
      if (now === turn) return;
      Atomics.wait(control, word, now);
    }
  }

  #newBuffer(): Buffer {
    return Buffer.allocUnsafeSlow(this.#segment);
  }

  get #isStopped(): boolean {
    return Atomics.load(this.#memory.control, STOPPED) !== 0;
  }

  /** Of a count, which has all 32 bits. */
  #word(index: number): number {
    return Atomics.load(this.#memory.control, index) >>> 0;
  }
}
