import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentOf } from '../support/documents.ts';
import { mayMount, mountReadOnly, mountSmallDisk, type Mount } from '../support/mounts.ts';
import { sha256Of } from '../support/trees.ts';
import { clavigerOf, makeVault, usualTokens, type TestVault } from '../support/vaults.ts';

const script = fileURLToPath(new URL('../../scripts/verify-report.py', import.meta.url));
const page = fileURLToPath(new URL('../../docs/verify-a-report.md', import.meta.url));

/** The vault's folder without the token: what an attacker copies and restores. */
const copyVault = (vault: TestVault, to: string): void => {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(vault.dir))
    if (!['token', 'softhsm2.conf'].includes(name))
      cpSync(join(vault.dir, name), join(to, name), { recursive: true });
};

const putBack = (vault: TestVault, from: string): void => {
  for (const name of readdirSync(vault.dir))
    if (!['token', 'softhsm2.conf'].includes(name)) rmSync(join(vault.dir, name));
  for (const name of readdirSync(from)) cpSync(join(from, name), join(vault.dir, name));
};

const codeOf = async (vault: TestVault, args: readonly string[]): Promise<number | null> =>
  (await vault.cli.run([...args])).code;

describe.each(usualTokens)('with %s', (token) => {
  let vault: TestVault;
  beforeAll(async () => {
    vault = await makeVault(token);
    await vault.createKey('First', 'hsm-wrapped', 'host');
  });
  afterAll(() => vault.remove());

  it('an older copy of the folder is refused at unlock, until it is accepted', async () => {
    const old = join(vault.home, 'old');
    const newest = join(vault.home, 'newest');
    copyVault(vault, old);
    await vault.createKey('Second', 'hsm-wrapped', 'host');
    copyVault(vault, newest);

    putBack(vault, old);
    const refused = await vault.cli.run(['key', 'create', 'Third', '--json']);
    expect(refused.code).toBe(4);
    expect(documentOf('error', refused).error).toMatchObject({ code: 'rolled-back' });
    // It can be viewed; nothing more is written, whatever PIN is given.
    const ledger = readFileSync(join(vault.dir, 'ledger.jsonl'), 'utf8');
    expect(ledger).toContain('"vault.rollback"');
    expect(await codeOf(vault, ['audit', 'list'])).toBe(0);
    expect(await codeOf(vault, ['key', 'list'])).toBe(0);
    expect(await codeOf(vault, ['key', 'create', 'Third'])).toBe(4);
    expect(await codeOf(vault, ['report', '--out', join(vault.home, 'no.json')])).toBe(4);
    expect(readFileSync(join(vault.dir, 'ledger.jsonl'), 'utf8')).toBe(ledger);

    // The newest copy is restored: the refusal has changed nothing.
    putBack(vault, newest);
    expect(
      await codeOf(vault, ['key', 'create', 'Third', '--custody', 'hsm-wrapped', '--bulk', 'host']),
    ).toBe(0);

    putBack(vault, old);
    expect(await codeOf(vault, ['recover'])).toBe(2);
    const accepted = await vault.cli.run(['recover', '--accept', 'The disk was lost', '--json']);
    expect(accepted.code, accepted.stderr).toBe(0);
    expect(documentOf('epoch', accepted).epoch).toBe(2);
    expect(readdirSync(vault.dir)).toContain('ledger.epoch-1.jsonl');
    const [first] = vault.records();
    expect(first).toMatchObject({ action: 'vault.epoch' });
    expect(first?.details).toMatchObject({ epoch: 2, reason: 'The disk was lost' });
    expect(first?.details['accepted']).toMatchObject({ epoch: 1 });
    await vault.createKey('Fourth', 'hsm-wrapped', 'host');
    await vault.expectSound();

    // Even the newest copy of the old vault now belongs to an earlier epoch.
    putBack(vault, newest);
    expect(await codeOf(vault, ['key', 'create', 'Fifth'])).toBe(4);
    expect((await vault.cli.run(['recover', '--accept', 'Again'])).stdout).toContain('Epoch 3');
  });

  it('an edited record is found at unlock, and verifying names it', async () => {
    await vault.createKey('Fifth', 'hsm-wrapped', 'host');
    const kept = join(vault.home, 'kept');
    copyVault(vault, kept);
    const path = join(vault.dir, 'ledger.jsonl');
    const lines = readFileSync(path, 'utf8').split('\n');
    const index = lines.findIndex((line) => line.includes('"vault.unlock"'));
    lines[index] = (lines[index] ?? '').replace(/"user":"[^"]*"/, '"user":"other"');
    writeFileSync(path, lines.join('\n'));
    const verdict = documentOf('verdict', await vault.cli.run(['audit', 'verify', '--json']));
    const byte = Buffer.byteLength(`${lines.slice(0, index).join('\n')}\n`);
    expect(verdict.findings[0]).toMatchObject({ record: index + 1, byte });
    expect(await codeOf(vault, ['key', 'create', 'Sixth'])).toBe(4);
    putBack(vault, kept);
    await vault.expectSound();
  });

  it('a report is genuine for Claviger, for the script and with the steps of the page', async () => {
    const files = ['one.json', 'two.json'].map((name) => join(vault.home, name));
    const [one = '', two = ''] = files;
    for (const file of files) {
      const made = await vault.cli.run(['report', '--out', file, '--json']);
      expect(made.code, made.stderr).toBe(0);
    }
    const shown = documentOf('checkpoint', await vault.cli.run(['checkpoint', 'show', '--json']));
    const { fingerprint } = shown;
    // Those who verify have neither the vault nor its PIN.
    const elsewhere = clavigerOf('/nowhere');
    const args = ['report', 'verify', two, '--previous', one, '--key', fingerprint, '--json'];
    const judged = await elsewhere.run(args);
    expect(documentOf('judgement', judged)).toMatchObject({ genuine: true, fingerprint });
    const independent = spawnSync('python3', [
      script,
      two,
      '--previous',
      one,
      '--key',
      fingerprint,
    ]);
    expect(independent.stdout.toString()).toMatch(/\nGENUINE[^\n]*\n$/);

    expectStepsByHand(two, fingerprint, token === 'SoftHSM2' ? 'Ed25519' : 'ECDSA-P256-SHA256');
    expect(await codeOf(vault, ['report', '--out', two])).not.toBe(0);
  });

  it('a report can be read from a pipe, but not from an endless device', async () => {
    const file = join(vault.home, 'piped.json');
    expect(await codeOf(vault, ['report', '--out', file])).toBe(0);
    const pipe = join(vault.home, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const writer = spawn('cp', [file, pipe]);
    const judged = await vault.cli.run(['report', 'verify', pipe, '--json']);
    writer.kill();
    expect(documentOf('judgement', judged)).toMatchObject({ genuine: true });
    const endless = await vault.cli.run(['report', 'verify', '/dev/zero', '--json']);
    expect(documentOf('error', endless).error.code).toBe('not-a-file');
  });

  it('a report is also written as CSV and as a PDF that the token signs, each recorded', async () => {
    const file = join(vault.home, 'rendered.json');
    const made = await vault.cli.run(['report', '--out', file, '--csv', '--pdf', '--json']);
    expect(made.code, made.stderr).toBe(0);
    const names = ['json', 'csv', 'pdf'].map((ending) => file.replace('json', ending));
    const [json = '', csv = '', pdf = ''] = names;
    const recorded = vault.records().filter(({ action }) => action === 'report.file');
    for (const name of names) {
      const record = recorded.find(({ subject }) => subject['name'] === name);
      expect(record?.details).toMatchObject({ sha256: sha256Of(name) });
    }
    expect(readFileSync(csv, 'utf8')).toContain(sha256Of(json));
    const said = execFileSync('pdfsig', [pdf]).toString();
    expect(said).toContain('Signature is Valid.');
    expect(said).toContain('Total document signed');
  });

  it('a saved checkpoint shows later whether the ledger was shortened', async () => {
    const folder = join(vault.home, 'witness');
    mkdirSync(folder);
    const before = join(vault.home, 'before');
    copyVault(vault, before);
    const written = documentOf(
      'witness',
      await vault.cli.run(['checkpoint', 'write', folder, '--json']),
    );
    const compare = async (): Promise<boolean> =>
      documentOf(
        'comparison',
        await vault.cli.run(['checkpoint', 'compare', written.file, '--json']),
      ).agrees;
    expect(await compare()).toBe(true);
    const after = join(vault.home, 'after');
    copyVault(vault, after);
    putBack(vault, before);
    expect(await compare()).toBe(false);
    putBack(vault, after);
    expect(await compare()).toBe(true);
  });
});

/** The commands of one step of the page, word for word, run beside report.json. */
const stepOf = (folder: string, step: number, only = ''): string[] => {
  const text = readFileSync(page, 'utf8').split(`\n### ${step}. `)[1]?.split('\n### ')[0] ?? '';
  const blocks = [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block);
  const commands = blocks
    .join('')
    .split('\n')
    .filter((line) => !line.includes('  #') || line.includes(only));
  const said = execFileSync('sh', ['-ec', commands.join('\n')], { cwd: folder, stdio: 'pipe' });
  return said.toString().trim().split('\n');
};

/** Steps 1 to 3 and 6 of the page, with openssl, jq and sha256sum alone. */
const expectStepsByHand = (file: string, fingerprint: string, algorithm: string): void => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-steps-'));
  try {
    cpSync(file, join(folder, 'report.json'));
    const report = JSON.parse(readFileSync(file, 'utf8')) as {
      key: { algorithm: string };
      records: { line: string }[];
      statement: { recordsSha256: string };
    };
    expect(report.key.algorithm).toBe(algorithm);
    expect(stepOf(folder, 1)[0]).toBe(`${fingerprint}  -`);
    expect(stepOf(folder, 2, `# ${algorithm}`).join()).toMatch(/Verified OK|Verified Successfully/);
    const leaf = createHash('sha256')
      .update('\0')
      .update(report.records[0]?.line ?? '');
    expect(stepOf(folder, 3)[0]).toBe(`${leaf.digest('hex')}  -`);
    const [stated, recorded, lines] = stepOf(folder, 6);
    expect(stated).toBe(`${recorded ?? ''}  -`);
    expect(lines).toBe(`${report.statement.recordsSha256}  -`);
    // With one more letter in the statement, the hashes differ.
    const text = readFileSync(file, 'utf8').replace('"title": "', '"title": "X');
    writeFileSync(join(folder, 'report.json'), text);
    expect(stepOf(folder, 6)[0]).not.toBe(`${recorded ?? ''}  -`);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

describe('an evaluation token', () => {
  it('says in words that there is no rollback detection', async () => {
    const vault = await makeVault('SoftHSM2');
    try {
      const shown = documentOf('checkpoint', await vault.cli.run(['checkpoint', 'show', '--json']));
      expect(shown.anchor).toMatch(/^No rollback detection/);
    } finally {
      vault.remove();
    }
  });
});

describe.runIf(mayMount)('nothing is done unrecorded', () => {
  let vault: TestVault;
  let mount: Mount | null = null;
  beforeAll(async () => {
    vault = await makeVault('NSS softokn');
  });
  afterAll(() => {
    mount?.unmount();
    vault.remove();
  });

  it('in a vault folder that is full', async () => {
    const small = join(vault.home, 'small');
    mount = mountSmallDisk(small, 1);
    copyVault(vault, join(small, 'vault'));
    const filler = join(small, 'filler');
    const cli = clavigerOf(join(small, 'vault'));
    expect((await cli.run(['key', 'list'])).code).toBe(0);
    spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4096']);
    const before = readFileSync(join(small, 'vault', 'keystore.sqlite'));
    const refused = await cli.run([
      'key',
      'create',
      'None',
      '--custody',
      'hsm-wrapped',
      '--bulk',
      'host',
    ]);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/disk is full/);
    expect(readFileSync(join(small, 'vault', 'keystore.sqlite')).equals(before)).toBe(true);
    rmSync(filler);
    const keys = documentOf('keys', await cli.run(['key', 'list', '--json'])).keys;
    expect(keys.map(({ name }) => name)).not.toContain('None');
    mount.unmount();
    mount = null;
  });

  it('in a vault folder that is read-only', async () => {
    const folder = join(vault.home, 'fixed');
    mount = mountReadOnly(vault.dir, folder);
    const refused = await clavigerOf(folder).run(['key', 'create', 'None']);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/read-only/);
    mount.unmount();
    mount = null;
    expect(documentOf('keys', await vault.cli.run(['key', 'list', '--json'])).keys).toEqual([]);
  });
});
