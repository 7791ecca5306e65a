import { createHash, type Hash } from 'node:crypto';
import {
  algorithmFor,
  type DigestAlgorithm,
  type FileDigest,
  PIECE_BYTES,
} from '../../../shared/file-digest.ts';

/** Takes the bytes of a file in order. */
export class FileDigester {
  readonly #algorithm: DigestAlgorithm;
  readonly #pieces = createHash('sha256');
  #piece: Hash = createHash('sha256');
  /** Bytes that the piece still takes. */
  #room: number;

  constructor(algorithm: DigestAlgorithm) {
    this.#algorithm = algorithm;
    this.#room = algorithm === 'sha256' ? Infinity : PIECE_BYTES;
  }

  update(bytes: Uint8Array): this {
    let rest = bytes;
    while (rest.length > this.#room) {
      this.#piece.update(rest.subarray(0, this.#room));
      rest = rest.subarray(this.#room);
      this.#pieces.update(this.#piece.digest());
      this.#piece = createHash('sha256');
      this.#room = PIECE_BYTES;
    }
    this.#piece.update(rest);
    this.#room -= rest.length;
    return this;
  }

  digest(): FileDigest {
    const last = this.#piece.digest();
    const whole = this.#algorithm === 'sha256' ? last : this.#pieces.update(last).digest();
    return { algorithm: this.#algorithm, hex: whole.toString('hex') };
  }
}

/** The digest of a file that is in memory. */
export const digestOf = (file: Uint8Array): FileDigest =>
  new FileDigester(algorithmFor(file.length)).update(file).digest();

/** @param digests SHA-256 of each piece, one after another */
export const digestOfPieces = (digests: Uint8Array): FileDigest =>
  digests.length === 32
    ? { algorithm: 'sha256', hex: Buffer.from(digests).toString('hex') }
    : { algorithm: 'sha256-4m', hex: createHash('sha256').update(digests).digest('hex') };
