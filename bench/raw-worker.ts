import { closeSync, fstatSync, openSync, readSync, writevSync } from 'node:fs';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { nodeCipher, type RawCipher, withTokenCipher } from './raw-cipher.ts';
import { FRAME_OVERHEAD, type RawShare, SEGMENT } from './raw-job.ts';

// One thread of a raw loop, reduced to the cipher: no header, no hash, no fsync, no record.

/** Pieces of work that a thread takes at once. */
const AT_ONCE = 32;

const share = workerData as RawShare;
const counter = new Int32Array(share.counter);
const encrypting = share.direction === 'encrypt';
const inBytes = SEGMENT + (encrypting ? 0 : FRAME_OVERHEAD);
const outBytes = SEGMENT + (encrypting ? FRAME_OVERHEAD : 0);
const buffer = Buffer.alloc(inBytes);

const eachOf = (count: number, work: (index: number) => void): void => {
  for (;;) {
    const from = Atomics.add(counter, 0, AT_ONCE);
    if (from >= count) return;
    for (let index = from; index < Math.min(count, from + AT_ONCE); index++) work(index);
  }
};

const segment = (cipher: RawCipher, source: number, target: number, index: number): void => {
  const length = readSync(source, buffer, 0, inBytes, index * inBytes);
  const input = buffer.subarray(0, length);
  const output = encrypting ? cipher.encrypt(index, input) : [cipher.decrypt(input)];
  writevSync(target, output, index * outBytes);
};

const withFiles = (
  from: string,
  to: string,
  flags: string,
  work: (source: number, target: number) => void,
): void => {
  const source = openSync(from, 'r');
  const target = openSync(to, flags);
  work(source, target);
  closeSync(target);
  closeSync(source);
};

const oneFile = (cipher: RawCipher): void =>
  withFiles(share.from, share.to, 'r+', (source, target) =>
    eachOf(Math.ceil(fstatSync(source).size / inBytes), (index) =>
      segment(cipher, source, target, index),
    ),
  );

const manyFiles = (cipher: RawCipher, names: readonly string[]): void =>
  eachOf(names.length, (index) => {
    const name = names[index] ?? '';
    withFiles(path.join(share.from, name), path.join(share.to, name), 'wx', (source, target) =>
      segment(cipher, source, target, 0),
    );
  });

const work = (cipher: RawCipher): void =>
  share.names === null ? oneFile(cipher) : manyFiles(cipher, share.names);

if (share.token === null) work(nodeCipher);
else withTokenCipher(share.token, work);
parentPort?.postMessage('done');
