import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What other people's programs say of a file (poppler-utils, qpdf, openssl, python3). */
export const ask = (program: string, args: readonly string[]): string => {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  if (status !== 0)
    throw new Error(`${program} ended with ${status ?? 'a signal'}: ${stderr}${stdout}`);
  return stdout;
};

/** Calls `use` with the path of a file that holds this, in a folder that is removed afterwards. */
export const withFile = <T>(content: Uint8Array | string, use: (path: string) => T): T => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-report-'));
  try {
    const path = join(folder, 'report');
    writeFileSync(path, content);
    return use(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
