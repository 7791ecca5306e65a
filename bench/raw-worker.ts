import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, writevSync } from 'node:fs';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { nodeCipher, type RawCipher, withTokenCipher } from './raw-cipher.ts';
import { FRAME_OVERHEAD, type RawShare, SEGMENT } from './raw-job.ts';

// One thread of a raw loop, reduced to the cipher and, where asked for, the digest: no header, no
// fsync, no record.

/** Pieces of work that a thread takes at once: of a large file the segments of 4 MiB. */
const AT_ONCE = 16;

const share = workerData as RawShare;
const counter = new Int32Array(share.counter);
const encrypting = share.direction === 'encrypt';
const inBytes = SEGMENT + (encrypting ? 0 : FRAME_OVERHEAD);
const outBytes = SEGMENT + (encrypting ? FRAME_OVERHEAD : 0);
const buffer = Buffer.alloc(inBytes);

const eachOf = (count: number, work: (index: number, hash: Hash | null) => void): void => {
  for (;;) {
    const from = Atomics.add(counter, 0, AT_ONCE);
    if (from >= count) return;
    const hash = share.digest ? createHash('sha256') : null;
    for (let index = from; index < Math.min(count, from + AT_ONCE); index++) work(index, hash);
    hash?.digest();
  }
};

interface Files {
  readonly source: number;
  readonly target: number;
}

const segment = (
  cipher: RawCipher,
  { source, target }: Files,
  index: number,
  hash: Hash | null,
): void => {
  const length = readSync(source, buffer, 0, inBytes, index * inBytes);
  const input = buffer.subarray(0, length);
  const output = encrypting ? cipher.encrypt(index, input) : [cipher.decrypt(input)];
  for (const piece of encrypting ? output : [input]) hash?.update(piece);
  writevSync(target, output, index * outBytes);
};

const withFiles = (from: string, to: string, flags: string, work: (files: Files) => void): void => {
  const source = openSync(from, 'r');
  const target = openSync(to, flags);
  work({ source, target });
  closeSync(target);
  closeSync(source);
};

const oneFile = (cipher: RawCipher): void =>
  withFiles(share.from, share.to, 'r+', (files) =>
    eachOf(Math.ceil(fstatSync(files.source).size / inBytes), (index, hash) =>
      segment(cipher, files, index, hash),
    ),
  );

const manyFiles = (cipher: RawCipher, names: readonly string[]): void =>
  eachOf(names.length, (index, hash) => {
    const name = names[index] ?? '';
    withFiles(path.join(share.from, name), path.join(share.to, name), 'wx', (files) =>
      segment(cipher, files, 0, hash),
    );
  });

const work = (cipher: RawCipher): void =>
  share.names === null ? oneFile(cipher) : manyFiles(cipher, share.names);

if (share.token === null) work(nodeCipher);
else withTokenCipher(share.token, work);
parentPort?.postMessage('done');
