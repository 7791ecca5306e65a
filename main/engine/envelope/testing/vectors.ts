import { makeBadVectors, type BadVector } from './bad-vectors.ts';
import { makeGoodVectors, type GoodVector } from './good-vectors.ts';

/** What vectors.json holds. */
export interface VectorIndex {
  readonly format: 1;
  readonly good: readonly GoodVector[];
  readonly bad: readonly BadVector[];
}

/** Every file of testdata/ by its name, generated: the same bytes each time. */
export const makeVectors = (): ReadonlyMap<string, Buffer> => {
  const good = makeGoodVectors();
  const bad = makeBadVectors();
  const index: VectorIndex = {
    format: 1,
    good: good.map(({ vector }) => vector),
    bad: bad.map(({ vector }) => vector),
  };
  const files = [...good, ...bad].map(({ vector, bytes }) => [vector.file, bytes] as const);
  const text = `${JSON.stringify(index, null, 2)}\n`;
  return new Map([['vectors.json', Buffer.from(text)], ...files]);
};
