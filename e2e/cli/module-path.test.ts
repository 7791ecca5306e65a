import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSqlJs } from '../../main/sqlite/sql-js.ts';
import { writeFile } from '../support/trees.ts';
import { clavigerOf, makeHome, modulePathOf, PIN } from '../support/vaults.ts';

describe('a library that is named by a relative path', () => {
  const home = makeHome();
  const library = modulePathOf('SoftHSM2');
  const folder = path.dirname(library);
  const name = path.basename(library);
  const env = { SOFTHSM2_CONF: path.join(home, 'softhsm2.conf') };

  beforeAll(() => {
    mkdirSync(path.join(home, 'tokens'));
    writeFile(env.SOFTHSM2_CONF, `directories.tokendir = ${path.join(home, 'tokens')}\n`);
    const init = ['--init-token', '--free', '--label', 'T', '--pin', PIN, '--so-pin', PIN];
    execFileSync('softhsm2-util', init, { env: { ...process.env, ...env } });
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const storedPath = async (dir: string): Promise<string> => {
    const sql = await loadSqlJs();
    const database = new sql.Database(readFileSync(path.join(dir, 'keystore.sqlite')));
    const [row] = database.exec("SELECT value FROM meta WHERE name = 'token'");
    database.close();
    const { modulePath } = JSON.parse(String(row?.values[0]?.[0])) as { modulePath: string };
    return modulePath;
  };

  it.each([`./${name}`, name])('%s means the same library from every folder', async (short) => {
    const dir = path.join(home, short.replace('/', '-'));
    const cli = clavigerOf(dir);
    const made = await cli.run(['init', '--module', short, '--token', 'T'], { env, cwd: folder });
    expect(made, made.stderr).toMatchObject({ code: 0 });
    expect(await storedPath(dir)).toBe(library);
    // A file with that name from somebody else would be loaded and get the PIN.
    const received = path.join(home, 'received', short.replace('/', '-'));
    writeFile(path.join(received, name), 'not the library');
    const created = await cli.run(['key', 'create', 'K'], { env, cwd: received });
    expect(created, created.stderr).toMatchObject({ code: 0 });
  });

  it('is shown by its full path in lists and probes', async () => {
    const cli = clavigerOf(path.join(home, 'none'));
    const listed = await cli.run(['token', 'list', '--module', name], { env, cwd: folder });
    expect(listed.stdout.split('\n')[0]).toBe(library);
    const probing = ['token', 'probe', '--module', `./${name}`, '--token', 'T'];
    const probed = await cli.run(probing, { env, cwd: folder });
    expect(probed.stdout).toContain(`Library ${library}`);
  });

  it('keeps a link as its last part, which is updated when the library is upgraded', async () => {
    const current = path.join(home, 'current.so');
    symlinkSync(library, current);
    const dir = path.join(home, 'linked');
    const init = ['init', '--module', 'current.so', '--token', 'T'];
    const made = await clavigerOf(dir).run(init, { env, cwd: home });
    expect(made, made.stderr).toMatchObject({ code: 0 });
    expect(await storedPath(dir)).toBe(current);
  });
});
