import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { parse } from 'valibot';
import { afterEach, describe, expect, it } from 'vitest';
import { PIECE_BYTES } from '../../../shared/file-digest.ts';
import { fileIdSchema } from '../../../shared/ids.ts';
import { SEGMENT_OVERHEAD } from '../envelope/format.ts';
import type { FixedHeader } from '../envelope/header.ts';
import { fileLength, segmentCount, segmentOffset } from '../envelope/layout.ts';
import { type PassMemory, PiecePass } from './piece-pass.ts';

const META = 256;
const KIB = 1024;
const file = parse(fileIdSchema, '0'.repeat(32));
const fixedOf = (segment: number, size: number): FixedHeader => ({
  ...{ file, meta: META, segment, size },
});

/** The content of byte `at` of every file here. */
const byteAt = (at: number): number => (at * 31 + (at >>> 8) * 7 + (at >>> 16)) & 255;
const bytesOf = (from: number, length: number): Buffer => {
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let at = 0; at < length; at++) bytes[at] = byteAt(from + at);
  return bytes;
};

/** SHA-256 of each piece, told in the plainest way. */
const piecesOf = (whole: Buffer): string => {
  const digests = [];
  for (let at = 0; at < whole.length; at += PIECE_BYTES)
    digests.push(
      createHash('sha256')
        .update(whole.subarray(at, at + PIECE_BYTES))
        .digest(),
    );
  return Buffer.concat(digests).toString('hex');
};

const digestsIn = ({ digests }: PassMemory): string => Buffer.from(digests).toString('hex');

describe('a pass over the pieces of a file in one thread', () => {
  const sizes = [
    { name: 'of one piece', area: 1024, segment: 256 * KIB, size: 1_000_000 },
    { name: 'of several pieces', area: 1024, segment: 256 * KIB, size: 17_000_000 },
    { name: 'whose last segment ends with a piece', area: 1024, segment: 256 * KIB, size: 0 },
    { name: 'with small segments', area: 512, segment: 4 * KIB, size: 9_000_000 },
    { name: 'with the longest segments', area: 1024, segment: 4096 * KIB, size: 13_000_000 },
    {
      // Head and area are longer here than any reader takes; it makes the second piece empty.
      name: 'with a piece in which no segment starts',
      area: PIECE_BYTES - META - SEGMENT_OVERHEAD - 10,
      segment: 4096 * KIB,
      size: 9_000_000,
    },
    {
      name: 'with a segment that starts with a piece',
      area: PIECE_BYTES - META - SEGMENT_OVERHEAD,
      segment: 256 * KIB,
      size: 300_000,
    },
  ].map((each) => {
    if (each.size > 0) return each;
    const segments = 15;
    const rest = 2 * PIECE_BYTES - each.area - META - (2 * segments + 2) * SEGMENT_OVERHEAD;
    return { ...each, size: rest };
  });

  it.each(sizes)('hashes a file $name', ({ area, segment, size }) => {
    const fixed = fixedOf(segment, size);
    const whole = bytesOf(0, fileLength(area, fixed));
    const memory = PiecePass.memory(fixed, area, 2);
    const pass = new PiecePass({ fixed, areaLength: area, memory });
    const made: number[] = [];
    const head = whole.subarray(0, segmentOffset(area, fixed, 1));
    const halves = [head.subarray(0, 100), head.subarray(100)];
    const make = (index: number, stored: Buffer): void => {
      made.push(index);
      whole.copy(stored, 0, segmentOffset(area, fixed, index));
    };
    while (!pass.isClaimed) {
      expect(() => pass.digests()).toThrow('stopped');
      pass.run(1, halves, make);
    }
    expect(digestsIn(memory)).toBe(piecesOf(whole));
    const all = Array.from({ length: segmentCount(fixed) }, (_, at) => at + 1);
    expect(made.toSorted((a, b) => a - b)).toEqual(all);
    expect(pass.made).toBe(all.length);
    expect(Buffer.from(pass.digests()).toString('hex')).toBe(piecesOf(whole));
  });

  it('does no more once it is stopped', () => {
    const fixed = fixedOf(256 * KIB, 9_000_000);
    const parts = { fixed, areaLength: 1024, memory: PiecePass.memory(fixed, 1024, 2) };
    const pass = new PiecePass(parts);
    expect(() => pass.run(1, [], () => pass.stop())).toThrow('stopped');
    expect(pass.isClaimed).toBe(true);
    pass.run(9, [], () => expect.fail('it was stopped'));
    expect(() => pass.digests()).toThrow('stopped');
  });
});

/** What was built of it: workers cannot load TypeScript. */
const built = new URL('../../../out/main/engine/files/piece-pass.js', import.meta.url);

const RUN = `
  const { head, most, ...parts } = workerData;
  new PiecePass(parts).run(most, head, (index, stored) => {
    const from = parts.body + (index - 1) * (parts.fixed.segment + 28);
    for (let at = 0; at < stored.length; at++) {
      const n = from + at;
      stored[at] = (n * 31 + (n >>> 8) * 7 + (n >>> 16)) & 255;
    }
  });
  parentPort.postMessage('ended');`;

describe('a pass over the pieces of a file between threads', () => {
  const workers: Worker[] = [];
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
  });

  /** @returns what the thread posts, or the message of its error */
  const thread = (workerData: object, work = RUN): Promise<unknown> => {
    const imports = `
      import { parentPort, workerData } from 'node:worker_threads';
      import { PiecePass } from '${built.href}';`;
    const script = `data:text/javascript,${encodeURIComponent(`${imports}${work}`)}`;
    const worker = new Worker(new URL(script), { workerData });
    workers.push(worker);
    return new Promise((resolve) => {
      worker.on('message', resolve);
      worker.on('error', ({ message }) => resolve(message));
    });
  };

  it('loses, doubles and mixes up nothing, though there are fewer places than pieces', async () => {
    const fixed = fixedOf(128 * KIB, 70_000_000);
    const area = 1024;
    const whole = bytesOf(0, fileLength(area, fixed));
    const body = segmentOffset(area, fixed, 1);
    const memory = PiecePass.memory(fixed, area, 2);
    const input = { fixed, areaLength: area, memory, head: [whole.subarray(0, body)], body };
    const threads = [1, 2, 3].map(() => thread({ ...input, most: Infinity }));
    expect(await Promise.all(threads)).toEqual(['ended', 'ended', 'ended']);
    expect(digestsIn(memory)).toBe(piecesOf(whole));
    const pass = new PiecePass({ fixed, areaLength: area, memory });
    expect(pass.made).toBe(segmentCount(fixed));
  });

  it('wakes who waits for an earlier piece when it is stopped', async () => {
    const fixed = fixedOf(256 * KIB, 30_000_000);
    const parts = { fixed, areaLength: 1024, memory: PiecePass.memory(fixed, 1024, 2) };
    // The first piece is claimed by nobody who works: the second one waits for its tail.
    Atomics.store(parts.memory.control, 0, 1);
    const body = segmentOffset(1024, fixed, 1);
    const waiting = thread({ ...parts, head: [], body, most: 1 });
    const pass = new PiecePass(parts);
    while (pass.made < 1) await new Promise(setImmediate);
    pass.stop();
    expect(await waiting).toMatch('stopped');
  });
});
