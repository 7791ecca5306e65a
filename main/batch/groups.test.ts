import { dirname } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { makeGroups } from './groups.ts';

const sizes = fc.array(fc.oneof(fc.nat(10_000), fc.nat(3 * limits.wholeFileBytes)), {
  maxLength: 300,
});
const spread = fc.constantFrom(1, 2, 7, 300);

it('puts every file into one group, in order, small ones together and large ones alone', () => {
  fc.assert(
    fc.property(sizes, spread, (list, folders) => {
      const files = list.map((size, index) => ({
        ...{ index, size },
        input: `/${index % folders}/${index}`,
        output: `/out/${index % folders}/${index}.clv`,
      }));
      const groups = makeGroups(files);
      expect(groups.flat()).toEqual(files);
      for (const group of groups) {
        expect(group.length).toBeGreaterThan(0);
        expect(group.length).toBeLessThanOrEqual(limits.filesPerGroup);
        const dirs = group.flatMap(({ input, output }) => [
          dirname(input),
          dirname(output ?? input),
        ]);
        expect(new Set(dirs).size).toBeLessThanOrEqual(limits.foldersPerGroup);
        if (group.some(({ size }) => size > limits.wholeFileBytes)) expect(group).toHaveLength(1);
      }
    }),
  );
});
