import { describe, expect, it } from 'vitest';
import { numberedName } from './output-name.ts';
import { OutputNames, type Settled } from './output-names.ts';

describe('the names of the outputs of a batch', () => {
  const namesBeside = (there: readonly string[]): { names: OutputNames; looks: string[] } => {
    const looks: string[] = [];
    const isThere = (file: string): Promise<boolean> => {
      looks.push(file);
      return Promise.resolve(there.includes(file));
    };
    return { names: new OutputNames(isThere, (file) => file), looks };
  };
  const nameOf = (settled: Settled): string | null => ('name' in settled ? settled.name : null);

  it('are found with few file-system calls, also when a batch of similar names runs again', async () => {
    const count = 500;
    const numbered = (n: number): string => (n === 1 ? 'a.clv' : numberedName('a.clv', n));
    const first = Array.from({ length: count }, (_, at) => numbered(at + 1));
    const { names, looks } = namesBeside(first);
    const second: (string | null)[] = [];
    for (let n = 0; n < count; n++) second.push(nameOf(await names.settle('a.clv', 'keep-both')));
    expect(second).toEqual(first.map((_, at) => numbered(count + at + 1)));
    expect(looks.length).toBeLessThanOrEqual(3 * count);
  });

  it.each(['skip', 'replace'] as const)(
    '%s: a second file of one name is a collision',
    async (rule) => {
      const { names } = namesBeside([]);
      expect(await names.settle('a.clv', rule)).toEqual({ outcome: 'free', name: 'a.clv' });
      expect(await names.settle('a.clv', rule)).toEqual({ outcome: 'collision' });
    },
  );
});
