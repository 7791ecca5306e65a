// Writes the frozen vectors of the encrypted file format, after `npm run build`.
// Only for adding vectors: a vector that changes means that the format has changed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { makeVectors } from '../out/main/engine/envelope/testing/vectors.js';

const folder = new URL('../main/engine/envelope/testdata/', import.meta.url);

const readOr = (file, fallback) => {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error.code === 'ENOENT') return fallback;
    throw error;
  }
};

for (const sub of ['good/', 'bad/']) mkdirSync(new URL(sub, folder), { recursive: true });

for (const [name, bytes] of makeVectors()) {
  const file = new URL(name, folder);
  const before = readOr(file, null);
  if (before?.equals(bytes)) continue;
  writeFileSync(file, bytes);
  process.stdout.write(`${before === null ? 'added' : 'CHANGED'} ${name}\n`);
}
