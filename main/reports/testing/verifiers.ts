import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { verifyReport } from '../verify-report.ts';

const script = fileURLToPath(new URL('../../../scripts/verify-report.py', import.meta.url));

export interface Judgement {
  /** Our verifier. */
  readonly ours: boolean;
  /** The independent script. */
  readonly script: boolean;
  /** The reasons of both, for a reader of a failed test. */
  readonly why: string;
}

/** What both verifiers say of a file; a crash of the script is no judgement. */
export const judge = (
  bytes: Uint8Array,
  { previous, fingerprint }: { previous?: Uint8Array; fingerprint?: string } = {},
): Judgement => {
  const verdict = verifyReport(bytes, {
    ...(previous === undefined ? {} : { previous }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
  });
  const folder = mkdtempSync(path.join(tmpdir(), 'claviger-report-'));
  try {
    const files = [path.join(folder, 'report.json'), path.join(folder, 'previous.json')] as const;
    writeFileSync(files[0], bytes);
    if (previous !== undefined) writeFileSync(files[1], previous);
    const args = [
      files[0],
      ...(previous === undefined ? [] : ['--previous', files[1]]),
      ...(fingerprint === undefined ? [] : ['--key', fingerprint]),
    ];
    const run = spawnSync('python3', [script, ...args], { encoding: 'utf8' });
    if (run.status !== 0 && !run.stdout.startsWith('NOT GENUINE'))
      throw new Error(`the script failed: ${run.stdout}${run.stderr}`);
    const fault = verdict.checks.find(({ ok }) => !ok);
    const why = `${fault?.name ?? ''}: ${fault?.words ?? ''} | ${run.stdout.split('\n')[0] ?? ''}`;
    return { ours: verdict.genuine, script: run.status === 0, why };
  } finally {
    rmSync(folder, { recursive: true });
  }
};
