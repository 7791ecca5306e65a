import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BatchPlan } from '../../shared/batch.ts';
import { planBatch, type PlanRequest } from './plan.ts';

describe('the plan of a batch', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'claviger-plan-'));
    mkdirSync(path.join(root, 'vault'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const file = (name: string, content = 'x'): string => {
    const full = path.join(root, name);
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, content);
    return full;
  };
  const plan = (request: Partial<PlanRequest> & Pick<PlanRequest, 'paths'>): Promise<BatchPlan> =>
    planBatch({
      kind: 'encrypt',
      outputDir: null,
      conflict: 'keep-both',
      vaultDir: path.join(root, 'vault'),
      ...request,
    });
  const outputs = ({ files }: BatchPlan): (string | null)[] =>
    files.map(({ output }) => (output === null ? null : path.relative(root, output)));
  const reasons = ({ skipped }: BatchPlan): string[] =>
    skipped.map(
      ({ input, outcome, reason }) => `${path.relative(root, input)} ${outcome} ${reason.code}`,
    );

  it('never uses a folder or anything outside as the output of a name that is only dots', async () => {
    const paths = ['.clv', '..clv', '...clv', '....clv'].map((name) => file(`in/${name}`));
    expect(outputs(await plan({ kind: 'decrypt', paths }))).toEqual([
      'in/.clv.decrypted',
      'in/..clv.decrypted',
      'in/...clv.decrypted',
      'in/...',
    ]);
  });

  it('puts outputs beside their inputs, or under the output folder with name and structure', async () => {
    file('a/deep/er/one.txt');
    file('two.txt');
    const paths = [path.join(root, 'a'), path.join(root, 'two.txt')];
    expect(outputs(await plan({ paths }))).toEqual(['a/deep/er/one.txt.clv', 'two.txt.clv']);
    expect(outputs(await plan({ paths, outputDir: path.join(root, 'out') }))).toEqual([
      'out/a/deep/er/one.txt.clv',
      'out/two.txt.clv',
    ]);
  });

  it('adds up bytes and counts a file once that is named twice', async () => {
    const one = file('one', '12345');
    const result = await plan({ paths: [one, one, root] });
    expect(result.bytes).toBe(5);
    expect(result.files).toHaveLength(1);
  });

  it('processes a file once that two paths lead to, and reports the other path', async () => {
    const one = file('in/one.txt');
    symlinkSync('in', path.join(root, 'link'));
    const result = await plan({ paths: [one, path.join(root, 'link')], conflict: 'replace' });
    expect(outputs(result)).toEqual(['in/one.txt.clv']);
    expect(reasons(result)).toEqual(['link failed symlink']);
    const named = await plan({ paths: [one, path.join(root, 'link/one.txt')] });
    expect(outputs(named)).toEqual(['in/one.txt.clv']);
    expect(reasons(named)).toEqual(['link/one.txt skipped exists']);
  });

  it('keeps both, replaces or skips if the output exists', async () => {
    const one = file('one.pdf');
    file('one.pdf.clv');
    file('one (2).pdf.clv');
    expect(outputs(await plan({ paths: [one] }))).toEqual(['one (3).pdf.clv']);
    expect(outputs(await plan({ paths: [one], conflict: 'replace' }))).toEqual(['one.pdf.clv']);
    const skipping = await plan({ paths: [one], conflict: 'skip' });
    expect(outputs(skipping)).toEqual([]);
    expect(reasons(skipping)).toEqual(['one.pdf skipped exists']);
  });

  it('never lets two inputs become one output', async () => {
    const paths = [file('a/x.txt'), file('b/x.txt')];
    const outputDir = path.join(root, 'out');
    expect(outputs(await plan({ paths, outputDir }))).toEqual([
      'out/x.txt.clv',
      'out/x (2).txt.clv',
    ]);
    for (const conflict of ['replace', 'skip'] as const) {
      const refusing = await plan({ paths, outputDir, conflict });
      expect(outputs(refusing)).toEqual(['out/x.txt.clv']);
      expect(reasons(refusing)).toEqual(['b/x.txt failed collision']);
    }
  });

  it('never replaces one of its own inputs', async () => {
    const paths = [file('x.clv'), file('x')];
    const result = await plan({ paths, kind: 'decrypt', conflict: 'replace' });
    expect(reasons(result)).toContain('x.clv failed collision');
  });

  it('skips files found in a folder and fails files that were named', async () => {
    file('a/real');
    symlinkSync('real', path.join(root, 'a/link'));
    execFileSync('mkfifo', [path.join(root, 'a/fifo')]);
    file('a/done.clv');
    const walked = await plan({ paths: [path.join(root, 'a')] });
    expect(outputs(walked)).toEqual(['a/real.clv']);
    expect(reasons(walked).sort()).toEqual([
      'a/done.clv skipped already-encrypted',
      'a/fifo skipped not-a-file',
      'a/link skipped symlink',
    ]);
    const named = await plan({ paths: [path.join(root, 'a/link'), path.join(root, 'nothing')] });
    expect(reasons(named)).toEqual(['a/link failed symlink', 'nothing failed not-found']);
  });

  it('leaves the open vault and unfinished outputs alone', async () => {
    file('vault/ledger.jsonl');
    file(`claviger-${'0'.repeat(32)}-3.part`);
    const result = await plan({ paths: [root] });
    expect(result.files).toEqual([]);
    expect(result.skipped).toHaveLength(2);
  });

  it('refuses names that can only fail', async () => {
    const names = ['back\\slash', 'new\nline', 'tab\there', 'n'.repeat(252)];
    for (const name of [...names, 'fine']) file(`in/${name}`);
    const result = await plan({ paths: [path.join(root, 'in')] });
    expect(outputs(result)).toEqual(['in/fine.clv']);
    expect(reasons(result).sort()).toEqual(
      names.map((name) => `in/${name} failed name-unusable`).sort(),
    );
    // With the number that keeps both it is longer than the disk takes.
    const long = file('m'.repeat(250));
    file(`${'m'.repeat(250)}.clv`);
    expect(reasons(await plan({ paths: [long] }))).toEqual([
      `${path.basename(long)} failed name-unusable`,
    ]);
  });

  it('decrypts only .clv files in a folder, and any file that is named', async () => {
    file('a/x.txt.clv');
    file('a/readme');
    const odd = file('renamed.bin');
    const result = await plan({ kind: 'decrypt', paths: [path.join(root, 'a'), odd] });
    expect(outputs(result)).toEqual(['a/x.txt', 'renamed.bin.decrypted']);
    expect(reasons(result)).toEqual(['a/readme skipped not-encrypted']);
  });

  it('writes nothing when verifying', async () => {
    const result = await plan({ kind: 'verify', paths: [file('x.clv')] });
    expect(outputs(result)).toEqual([null]);
  });
});
