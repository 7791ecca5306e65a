import { fileCancelled } from '../../../shared/messages/failures/files.ts';

const STOPPED = 0;
const PIECES = 1;

/** What the engine and a worker share while the worker copies: how far it is, and whether to stop. */
export class SharedProgress {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  stop(): void {
    Atomics.store(this.#words, STOPPED, 1);
  }

  /** One more piece is done. @throws Failure `cancelled` */
  advance(): void {
    if (Atomics.load(this.#words, STOPPED) !== 0) throw fileCancelled();
    Atomics.add(this.#words, PIECES, 1);
  }

  /** Pieces that are done. */
  get pieces(): number {
    return Atomics.load(this.#words, PIECES);
  }
}
