import { expect } from 'vitest';
import type { Claviger, CliOptions } from './cli.ts';
import { type BatchDocument, documentOf, type FileReceipt } from './documents.ts';

export interface BatchCall extends BatchDocument {
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs encrypt, decrypt, verify or resume and reads its JSON document. */
export const batch = async (
  cli: Claviger,
  args: readonly string[],
  options: CliOptions = {},
): Promise<BatchCall> => {
  const [command = '', ...rest] = args;
  const result = await cli.run([command, '--json', ...rest], options);
  const document = documentOf('batch', result);
  return { ...document, code: result.code, stderr: result.stderr };
};

/** Runs a batch in which every file has to succeed. */
export const batchDone = async (
  cli: Claviger,
  args: readonly string[],
  options: CliOptions = {},
): Promise<readonly FileReceipt[]> => {
  const { code, files, stderr } = await batch(cli, args, options);
  const others = files.filter(({ outcome }) => outcome !== 'done');
  expect(others, stderr).toEqual([]);
  expect(code, stderr).toBe(0);
  return files;
};

/** The outcome and code of the only file, and the exit code. */
export const refusalOf = async (
  cli: Claviger,
  args: readonly string[],
  options: CliOptions = {},
): Promise<{
  readonly exit: number | null;
  readonly outcome: string;
  readonly code: string;
  readonly cause: string;
}> => {
  const { code, files } = await batch(cli, args, options);
  expect(files).toHaveLength(1);
  const [file] = files;
  return {
    exit: code,
    outcome: file?.outcome ?? '',
    code: file?.reason?.code ?? '',
    cause: file?.reason?.cause ?? '',
  };
};
