import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batch, batchDone, refusalOf } from '../support/batches.ts';
import { documentOf } from '../support/documents.ts';
import { mayMount } from '../support/mounts.ts';
import { filesIn, snapshotOf, writeFile } from '../support/trees.ts';
import { makeVault, type TestVault } from '../support/vaults.ts';

let vault: TestVault;
let socket: Server | null = null;

beforeAll(async () => {
  vault = await makeVault();
  await vault.createKey('k', 'hsm-only', 'host');
});

afterAll(async () => {
  await new Promise((resolve) => (socket === null ? resolve(null) : socket.close(resolve)));
  vault.remove();
});

const folder = (name: string): string => {
  const path = join(vault.home, name);
  mkdirSync(path, { recursive: true });
  return path;
};

/** Runs a refused call and checks that the folder is unchanged and the ledger verifies. */
const untouched = async <T>(root: string, work: () => Promise<T>): Promise<T> => {
  const before = snapshotOf(root);
  const result = await work();
  expect(snapshotOf(root)).toEqual(before);
  await vault.expectSound();
  return result;
};

describe('anything but a regular file', () => {
  let root: string;
  let odd: Record<string, string>;

  beforeAll(async () => {
    root = folder('odd');
    writeFile(join(root, 'plain.txt'), 'the only regular file');
    odd = {
      link: join(root, 'link'),
      dangling: join(root, 'dangling'),
      'folder link': join(root, 'folder-link'),
      pipe: join(root, 'pipe'),
      socket: join(root, 'socket'),
    };
    symlinkSync(join(root, 'plain.txt'), odd['link'] ?? '');
    symlinkSync('/nowhere/at/all', odd['dangling'] ?? '');
    symlinkSync(vault.home, odd['folder link'] ?? '');
    execFileSync('mkfifo', [odd['pipe'] ?? '']);
    const listening = (socket = createServer());
    await new Promise<void>((resolve) => listening.listen(odd['socket'], resolve));
    if (mayMount) {
      odd['device'] = join(root, 'device');
      execFileSync('mknod', [odd['device'], 'c', '1', '5']);
    }
  });

  it.each([['encrypt', '--key', 'k'], ['decrypt'], ['verify']])(
    'fails if it is named (%s)',
    async (...command) => {
      const expected: Readonly<Record<string, readonly [string, RegExp]>> = {
        link: ['symlink', /symbolic link/],
        dangling: ['symlink', /symbolic link/],
        'folder link': ['symlink', /symbolic link/],
        pipe: ['not-a-file', /pipe/],
        socket: ['not-a-file', /socket/],
        device: ['not-a-file', /device/],
      };
      const call = await untouched(root, () =>
        batch(vault.cli, [...command, ...Object.values(odd)]),
      );
      expect(call.code).toBe(1);
      for (const [kind, path] of Object.entries(odd)) {
        const [code, words] = expected[kind] ?? [];
        const receipt = call.files.find(({ input }) => input === path);
        expect(receipt, kind).toMatchObject({ outcome: 'failed', reason: { code } });
        expect(receipt?.reason?.cause).toMatch(words ?? /never/);
      }
    },
  );

  it('is skipped in a folder, with a reason; the other files are processed', async () => {
    const out = folder('odd-out');
    const call = await batch(vault.cli, ['encrypt', '--key', 'k', '--out', out, root]);
    expect(call.code).toBe(0);
    const skipped = call.files.filter(({ outcome }) => outcome === 'skipped');
    expect(skipped.map(({ input }) => input).sort()).toEqual(Object.values(odd).sort());
    for (const { reason } of skipped) expect(['symlink', 'not-a-file']).toContain(reason?.code);
    expect(filesIn(out)).toEqual([join(out, 'odd', 'plain.txt.clv')]);
  });
});

describe('names', () => {
  it.each(['new\nline', 'back\\slash', 'tab\there', '\u007f', 'c1\u0085'])(
    'refuses to encrypt %j with a message, and processes the next file',
    async (name) => {
      const root = folder(`names-${Buffer.from(name).toString('hex')}`);
      writeFile(join(root, name), 'cannot be stored');
      writeFile(join(root, 'fine.txt'), 'can be stored');
      const out = folder(`names-out-${Buffer.from(name).toString('hex')}`);
      const call = await untouched(root, () =>
        batch(vault.cli, ['encrypt', '--key', 'k', '--out', out, root]),
      );
      expect(call.code).toBe(1);
      const refused = call.files.find(({ outcome }) => outcome === 'failed');
      expect(refused?.reason).toMatchObject({ code: 'name-unusable' });
      expect(filesIn(out)).toHaveLength(1);
    },
  );

  it('refuses a name that is not UTF-8, and says which', async () => {
    const root = folder('not-utf8');
    writeFileSync(Buffer.concat([Buffer.from(`${root}/bad-`), Buffer.from([0xff, 0xfe])]), 'x');
    const out = folder('not-utf8-out');
    const call = await batch(vault.cli, ['encrypt', '--key', 'k', '--out', out, root]);
    expect(call.files).toHaveLength(1);
    expect(call.files[0]?.reason?.code).toBe('name-unusable');
    expect(call.code).toBe(1);
    expect(filesIn(out)).toEqual([]);
  });

  it('refuses a name that is too long with .clv appended', async () => {
    const root = folder('too-long');
    writeFile(join(root, 'n'.repeat(252)), 'x');
    const refused = await untouched(root, () =>
      refusalOf(vault.cli, ['encrypt', '--key', 'k', root]),
    );
    expect(refused).toMatchObject({ exit: 1, outcome: 'failed', code: 'name-unusable' });
  });

  it('accepts a name that starts with a dash after --', async () => {
    const root = folder('dash');
    writeFile(join(root, '--key'), 'x');
    const args = ['encrypt', '--key', 'k', '--', '--key'];
    const [receipt] = await batchDone(vault.cli, args, { cwd: root });
    expect(receipt?.output).toBe(join(root, '--key.clv'));
  });
});

describe('inputs', () => {
  it('fails for a missing file', async () => {
    const refused = await refusalOf(vault.cli, ['encrypt', '--key', 'k', join(vault.home, 'none')]);
    expect(refused).toMatchObject({ exit: 1, outcome: 'failed', code: 'not-found' });
  });

  it('has nothing to do in a folder without files', async () => {
    const root = folder('empty');
    mkdirSync(join(root, 'below', 'that'), { recursive: true });
    const call = await untouched(root, () => batch(vault.cli, ['encrypt', '--key', 'k', root]));
    expect(call).toMatchObject({ code: 0, files: [] });
  });

  it('processes a file once that is named twice, also as part of its folder', async () => {
    const root = folder('twice');
    const file = writeFile(join(root, 'twice.txt'), 'twice');
    const args = ['encrypt', '--key', 'k', file, root, `${root}/./twice.txt`];
    expect(await batchDone(vault.cli, args)).toHaveLength(1);
    expect(filesIn(root)).toHaveLength(2);
  });

  it('never processes a file of the vault', async () => {
    const isOutput = (file: string): boolean => /\.(clv|part)$/.test(file);
    const call = await batch(vault.cli, ['encrypt', '--key', 'k', '--delete-originals', vault.dir]);
    expect(call.files.length).toBeGreaterThan(3);
    for (const { outcome, reason } of call.files) {
      expect(outcome).toBe('skipped');
      expect(reason?.cause).toContain('belongs to the open vault');
    }
    const named = await refusalOf(vault.cli, [
      'encrypt',
      '--key',
      'k',
      join(vault.dir, 'ledger.jsonl'),
    ]);
    expect(named).toMatchObject({ exit: 1, outcome: 'failed' });
    expect(filesIn(vault.dir).filter(isOutput)).toEqual([]);
    // The vault still opens with its token.
    await batchDone(vault.cli, ['encrypt', '--key', 'k', writeFile(join(vault.home, 'own'), 'x')]);
    await vault.expectSound();
  });

  it('never writes an output into the vault', async () => {
    const root = folder('into-vault');
    const file = writeFile(join(root, 'ledger.jsonl'), 'not a ledger');
    symlinkSync(vault.home, join(root, 'way'));
    const [sealed] = await batchDone(vault.cli, ['encrypt', '--key', 'k', file]);
    const before = Object.keys(snapshotOf(vault.dir));
    for (const out of [vault.dir, join(vault.dir, 'new'), join(root, 'way', 'vault')]) {
      const args = ['--json', '--conflict', 'replace', '--out', out, sealed?.output ?? ''];
      const result = await vault.cli.run(['decrypt', ...args]);
      expect(result.code).toBe(2);
      expect(documentOf('error', result).error.cause).toContain('is in the vault');
    }
    expect(Object.keys(snapshotOf(vault.dir))).toEqual(before);
    await vault.expectSound();

    const linked = join(root, 'way', 'vault', 'keystore.sqlite');
    const refused = await refusalOf(vault.cli, ['encrypt', '--key', 'k', linked]);
    expect(refused.cause).toContain('belongs to the open vault');
  });

  it('does not encrypt files that are already encrypted', async () => {
    const root = folder('again');
    writeFile(join(root, 'a.txt'), 'a');
    await batchDone(vault.cli, ['encrypt', '--key', 'k', root]);
    const before = snapshotOf(root);
    const call = await batch(vault.cli, ['encrypt', '--conflict', 'skip', '--key', 'k', root]);
    expect(call.code).toBe(0);
    expect(call.files.map(({ outcome }) => outcome)).toEqual(['skipped', 'skipped']);
    expect(snapshotOf(root)).toEqual(before);
  });

  it('writes outputs into a folder inside the input folder and does not process them again', async () => {
    const root = folder('inside');
    writeFile(join(root, 'a.txt'), 'a');
    const out = join(root, 'out');
    for (const expected of [1, 2]) {
      const call = await batch(vault.cli, ['encrypt', '--key', 'k', '--out', out, root]);
      expect(call.code).toBe(0);
      expect(call.files.filter(({ outcome }) => outcome === 'done')).toHaveLength(1);
      expect(filesIn(out)).toHaveLength(expected);
    }
    const opened = join(root, 'out', 'opened');
    await batchDone(vault.cli, ['decrypt', '--out', opened, out]);
    expect(filesIn(opened)).toHaveLength(2);
  });

  it.skipIf(!mayMount)('fails for an unreadable file, and processes the rest', async () => {
    // A vault, a program and files that user "nobody" can reach.
    const home = folder('nobody');
    const dir = join(home, 'vault');
    execFileSync('chmod', ['711', vault.home]);
    execFileSync('chown', ['-R', 'nobody', home]);
    const through = ['runuser', '-u', 'nobody', '--'];
    const env = { CLAVIGER_VAULT: dir, HOME: home, CLAVIGER_STATE: join(home, 'state') };
    const options = { through, env };
    const made = await vault.cli.run(['init', '--evaluation'], options);
    expect(made, made.stderr).toMatchObject({ code: 0 });
    await vault.cli.run(['key', 'create', 'k'], options);
    const root = folder('nobody/files');
    writeFile(join(root, 'closed.txt'), 'closed', 0o600);
    writeFile(join(root, 'open.txt'), 'open', 0o644);
    mkdirSync(join(root, 'closed-folder'), { mode: 0o700 });
    const out = join(home, 'out');
    const call = await batch(vault.cli, ['encrypt', '--key', 'k', '--out', out, root], options);
    expect(call.code).toBe(1);
    const codes = call.files.map(({ input, outcome, reason }) => [
      input.slice(root.length + 1),
      outcome,
      reason?.code,
    ]);
    const causes = call.files.flatMap(({ reason }) => reason?.cause ?? []);
    expect(causes.filter((cause) => cause.includes('original'))).toHaveLength(2);
    expect(codes.sort()).toEqual([
      ['closed-folder', 'failed', 'no-permission'],
      ['closed.txt', 'failed', 'no-permission'],
      ['open.txt', 'done', undefined],
    ]);
    const beside = await batch(
      vault.cli,
      ['encrypt', '--key', 'k', join(root, 'open.txt')],
      options,
    );
    expect(beside.files[0]?.reason?.code).toBe('no-permission');
    expect(beside.files[0]?.reason?.cause).toContain('into the output folder');
    expect(filesIn(root)).toHaveLength(2);
  });
});

describe('conflicts', () => {
  const prepared = (name: string): { readonly root: string; readonly file: string } => {
    const root = folder(name);
    const file = writeFile(join(root, 'a.tar.gz'), 'new');
    writeFile(join(root, 'a.tar.gz.clv'), 'somebody else wrote this');
    return { root, file };
  };

  it('keeps both by default', async () => {
    const { root, file } = prepared('keep-both');
    const before = snapshotOf(root);
    const [receipt] = await batchDone(vault.cli, ['encrypt', '--key', 'k', file]);
    expect(receipt?.output).toBe(join(root, 'a (2).tar.gz.clv'));
    expect(snapshotOf(root)).toMatchObject(before);
    rmSync(file);
    const [opened] = await batchDone(vault.cli, ['decrypt', receipt?.output ?? '']);
    expect(opened?.output).toBe(join(root, 'a (2).tar.gz'));
  });

  it('replaces if told to', async () => {
    const { root, file } = prepared('replace');
    const [receipt] = await batchDone(vault.cli, [
      'encrypt',
      '--key',
      'k',
      '--conflict',
      'replace',
      file,
    ]);
    expect(receipt?.output).toBe(join(root, 'a.tar.gz.clv'));
    expect(filesIn(root)).toHaveLength(2);
    await batchDone(vault.cli, ['verify', receipt?.output ?? '']);
  });

  it('skips if told to', async () => {
    const { root, file } = prepared('skip');
    const call = await untouched(root, () =>
      batch(vault.cli, ['encrypt', '--key', 'k', '--conflict', 'skip', file]),
    );
    expect(call.code).toBe(0);
    expect(call.files).toMatchObject([{ outcome: 'skipped', reason: { code: 'exists' } }]);
  });

  it('never writes two inputs to one output', async () => {
    const one = writeFile(join(folder('one'), 'same.txt'), 'one');
    const other = writeFile(join(folder('other'), 'same.txt'), 'other');
    const out = folder('same-out');
    const kept = await batchDone(vault.cli, ['encrypt', '--key', 'k', '--out', out, one, other]);
    expect(new Set(kept.map(({ output }) => output)).size).toBe(2);

    const replaced = folder('same-replaced');
    const args = ['encrypt', '--key', 'k', '--conflict', 'replace', '--out', replaced, one, other];
    const call = await batch(vault.cli, args);
    expect(call.code).toBe(1);
    expect(call.files.map(({ outcome }) => outcome).sort()).toEqual(['done', 'failed']);
    expect(call.files.find(({ outcome }) => outcome === 'failed')?.reason?.code).toBe('collision');
    expect(filesIn(replaced)).toHaveLength(1);
  });

  it('never replaces an input of the same batch', async () => {
    const root = folder('chain');
    writeFile(join(root, 'a'), 'a');
    const [first] = await batchDone(vault.cli, ['encrypt', '--key', 'k', join(root, 'a')]);
    renameSync(first?.output ?? '', join(root, 'b.clv'));
    writeFile(join(root, 'b'), 'an input, too');
    const named = [join(root, 'b.clv'), join(root, 'b')];
    const call = await untouched(root, () =>
      batch(vault.cli, ['decrypt', '--conflict', 'replace', ...named]),
    );
    expect(call.files.map(({ reason }) => reason?.code).sort()).toEqual([
      'collision',
      'not-encrypted',
    ]);
  });
});
