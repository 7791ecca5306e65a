import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import ts from 'typescript';
import { afterEach, describe, expect, it } from 'vitest';
import { type RingMemory, SegmentRing } from './segment-ring.ts';

const SLOT = 64;

describe('a ring of segments in one thread', () => {
  it('hands over every segment in order, the last one shorter', () => {
    const memory = SegmentRing.memory(8, SLOT, 3 * SLOT + 10);
    const ring = new SegmentRing(memory);
    ring.fill(2, (segment, slot) => slot.fill(segment + 1));
    expect(ring.isClaimed).toBe(false);
    ring.fill(9, (segment, slot) => slot.fill(segment + 1));
    expect(ring.isClaimed).toBe(true);
    const seen: [number, number, number | undefined][] = [];
    ring.take((segment, slot) => seen.push([segment, slot.length, slot[slot.length - 1]]));
    expect(seen).toEqual([
      [0, SLOT, 1],
      [1, SLOT, 2],
      [2, SLOT, 3],
      [3, 10, 4],
    ]);
    expect(ring.taken).toBe(4);
  });

  it('has nothing to do where there is no content', () => {
    const ring = new SegmentRing(SegmentRing.memory(8, SLOT, 0));
    expect(ring.isClaimed).toBe(true);
    ring.take(() => expect.fail('there is no segment'));
  });

  it('does no more once it is stopped', () => {
    const ring = new SegmentRing(SegmentRing.memory(8, SLOT, 4 * SLOT));
    ring.fill(1, () => ring.stop());
    expect(ring.isClaimed).toBe(true);
    expect(() => ring.take(() => undefined)).toThrow('stopped');
  });
});

/** The ring as threads run it: workers cannot load TypeScript. */
const source = ts.transpileModule(
  readFileSync(new URL('./segment-ring.ts', import.meta.url), 'utf8'),
  { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 } },
).outputText;

const FILLER = `
  new SegmentRing(workerData).fill(Infinity, (segment, slot) => {
    slot.fill(0);
    slot.writeUInt32BE(segment);
  });`;
const TAKER = `
  let sum = 0;
  new SegmentRing(workerData).take((segment, slot) => {
    if (slot.readUInt32BE(0) !== segment) throw new Error('segment ' + segment + ' is another one');
    sum += slot.readUInt32BE(0);
  });
  parentPort.postMessage(sum);`;

describe('a ring of segments between threads', () => {
  const workers: Worker[] = [];
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
  });

  /** @returns what the thread posts, or the message of its error */
  const thread = (memory: RingMemory, work: string): Promise<unknown> => {
    const imports = "import { parentPort, workerData } from 'node:worker_threads';";
    const script = `data:text/javascript,${encodeURIComponent(`${imports}${source}${work}`)}`;
    const worker = new Worker(new URL(script), { workerData: memory });
    workers.push(worker);
    return new Promise((resolve) => {
      worker.on('message', resolve);
      worker.on('error', ({ message }) => resolve(message));
      worker.on('exit', () => resolve('ended'));
    });
  };

  it('loses, doubles and mixes up nothing, though there are fewer places than segments', async () => {
    const segments = 20_000;
    const memory = SegmentRing.memory(3, SLOT, segments * SLOT);
    const fillers = [thread(memory, FILLER), thread(memory, FILLER), thread(memory, FILLER)];
    expect(await thread(memory, TAKER)).toBe((segments * (segments - 1)) / 2);
    expect(await Promise.all(fillers)).toEqual(['ended', 'ended', 'ended']);
    expect(new SegmentRing(memory).taken).toBe(segments);
  });

  it('wakes everyone who waits when it is stopped', async () => {
    const memory = SegmentRing.memory(2, SLOT, 100 * SLOT);
    const ring = new SegmentRing(memory);
    // Nobody takes: both wait once the two places are full.
    const waiting = [thread(memory, FILLER), thread(memory, FILLER)];
    const other = SegmentRing.memory(2, SLOT, 100 * SLOT);
    const taker = thread(other, TAKER);
    while (Atomics.load(memory.control, 0) < 4) await new Promise(setImmediate);
    ring.stop();
    new SegmentRing(other).stop();
    for (const message of [...(await Promise.all(waiting)), await taker])
      expect(message).toMatch('stopped');
  });
});
