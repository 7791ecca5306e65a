import fc from 'fast-check';
import { expect, it } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { makeGroups } from './groups.ts';

const sizes = fc.array(fc.oneof(fc.nat(10_000), fc.nat(3 * limits.wholeFileBytes)), {
  maxLength: 300,
});

it('puts every file into one group, in order, small ones together and large ones alone', () => {
  fc.assert(
    fc.property(sizes, (list) => {
      const files = list.map((size, index) => ({ index, input: `/${index}`, output: null, size }));
      const groups = makeGroups(files);
      expect(groups.flat()).toEqual(files);
      for (const group of groups) {
        expect(group.length).toBeGreaterThan(0);
        expect(group.length).toBeLessThanOrEqual(limits.filesPerGroup);
        if (group.some(({ size }) => size > limits.wholeFileBytes)) expect(group).toHaveLength(1);
      }
    }),
  );
});
