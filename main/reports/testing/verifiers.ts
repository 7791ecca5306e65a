import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LedgerHead } from '../../pki/checkpoint.ts';
import { DiskModel } from '../../store/testing/disk-model.ts';
import { verifyLedger } from '../../vault/verify.ts';
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

/** What both verifiers say of a file. */
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
    const said = runScript(args);
    const fault = verdict.checks.find(({ ok }) => !ok);
    const why = `${fault?.name ?? ''}: ${fault?.words ?? ''} | ${said.line}`;
    return { ours: verdict.genuine, script: said.genuine, why };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** A crash of the script is no judgement. */
const runScript = (args: readonly string[]): { genuine: boolean; line: string } => {
  const run = spawnSync('python3', [script, ...args], { encoding: 'utf8' });
  const line = run.stdout.trimEnd().split('\n').at(-1) ?? '';
  if (!line.startsWith(run.status === 0 ? 'GENUINE' : 'NOT GENUINE'))
    throw new Error(`the script failed: ${run.stdout}${run.stderr}`);
  return { genuine: run.status === 0, line };
};

/** A checkpoint that was kept outside of the folder: by a witness, in a report, in the token. */
export interface KeptElsewhere {
  readonly note: string;
  readonly head: LedgerHead;
}

/** What both verifiers say of the files in a vault's folder. */
export const judgeFolder = async (
  files: Readonly<Record<string, Buffer>>,
  { kept, fingerprint }: { kept?: KeptElsewhere; fingerprint?: string } = {},
): Promise<Judgement> => {
  const heads = kept === undefined ? [] : [kept.head];
  const { findings } = await verifyLedger(new DiskModel(files).store(), { heads });
  const fault = findings.find(({ kind }) => kind === 'damage');
  const folder = mkdtempSync(path.join(tmpdir(), 'claviger-folder-'));
  try {
    for (const [name, bytes] of Object.entries(files))
      writeFileSync(path.join(folder, name), bytes);
    const note = path.join(folder, 'kept.note');
    if (kept !== undefined) writeFileSync(note, kept.note);
    const said = runScript([
      folder,
      ...(kept === undefined ? [] : ['--checkpoint', note]),
      ...(fingerprint === undefined ? [] : ['--key', fingerprint]),
    ]);
    const why = `${fault?.problem ?? ''} | ${said.line}`;
    return { ours: fault === undefined, script: said.genuine, why };
  } finally {
    rmSync(folder, { recursive: true });
  }
};
