import path from 'node:path';

export const ENCRYPTED_SUFFIX = '.clv';

export const hasEncryptedSuffix = (name: string): boolean =>
  name.toLowerCase().endsWith(ENCRYPTED_SUFFIX);

/** What is left of `.clv`, `..clv` and `...clv`: the last two are folders, one of them outside. */
const notNames: ReadonlySet<string> = new Set(['', '.', '..']);

/** A browser adds a number to the name of a second download. */
const downloaded = /^(.*)\.clv(?: ?\(\d+\))?$/isu;

/** The output's name from the input's: `.clv` is added or removed. */
export const outputName = (kind: 'encrypt' | 'decrypt', input: string): string => {
  if (kind === 'encrypt') return `${input}${ENCRYPTED_SUFFIX}`;
  const stem = downloaded.exec(input)?.[1] ?? '';
  return notNames.has(stem) ? `${input}.decrypted` : stem;
};

/**
 * The n-th name for an output whose name is taken: the number stands before the first extension,
 * so that `a (2).pdf.clv` decrypts to `a (2).pdf`.
 */
export const numberedName = (output: string, n: number): string => {
  const { dir, base } = path.parse(output);
  const dot = base.indexOf('.', 1);
  const [stem, extension] = dot < 0 ? [base, ''] : [base.slice(0, dot), base.slice(dot)];
  return path.join(dir, `${stem} (${n})${extension}`);
};

const partPattern = /^claviger-[0-9a-f]{32}(?:-\d+\.part|\.lock)$/;

/** The part of a file: its name is the batch's own and of fixed length, whatever the output's is. */
export const partPath = (batchId: string, index: number, output: string): string =>
  path.join(path.dirname(output), `claviger-${batchId}-${index}.part`);

/** Who replaces a file claims this name beside it, which follows from the file's. */
export const claimName = (hash: string): string => `claviger-${hash.slice(0, 32)}.lock`;

/** Of parts and claims. */
export const isPartName = (name: string): boolean => partPattern.test(name);
