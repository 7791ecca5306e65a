import path from 'node:path';
import type { PlannedFile, StoredBatch } from '../../shared/batch.ts';
import type { FileResult } from '../engine/index.ts';
import { hasEncryptedSuffix } from './output-name.ts';

type Rules = Pick<StoredBatch, 'kind' | 'sealedNames'>;

/** What a browser makes of a second download: `x.pdf (1).clv`. */
const numbered = /^(.+?) ?\(\d+\)\.clv$/isu;

/**
 * Whether the original name cannot be told from the name of the encrypted file. Then the output
 * gets the one stored in the file.
 */
export const takesSealedName = ({ kind, sealedNames }: Rules, input: string): boolean =>
  kind === 'decrypt' && (sealedNames || !hasEncryptedSuffix(input));

/** The file with the name for its output; null if that is the planned one. */
export const withSealedName = (
  rules: Rules,
  file: PlannedFile,
  result: FileResult,
): PlannedFile | null => {
  if (file.output === null || result.outcome === 'failed' || result.name === null) return null;
  const input = path.basename(file.input);
  const isDownload = numbered.exec(input)?.[1] === result.name;
  if (!takesSealedName(rules, input) && !(rules.kind === 'decrypt' && isDownload)) return null;
  return { ...file, output: path.join(path.dirname(file.output), result.name) };
};
