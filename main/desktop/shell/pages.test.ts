import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CONTENT_POLICY, fileFor, servePages } from './pages.ts';

let root: string;
let pages: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'claviger-pages-'));
  pages = path.join(root, 'pages');
  await mkdir(path.join(pages, 'assets'), { recursive: true });
  await writeFile(path.join(root, 'secret.html'), 'secret');
  await mkdir(path.join(root, 'pages-too'));
  await writeFile(path.join(root, 'pages-too', 'secret.html'), 'secret');
  await writeFile(path.join(pages, 'index.html'), '<h1>Claviger</h1>');
  await writeFile(path.join(pages, 'assets', 'app.js'), '1');
  await writeFile(path.join(pages, 'notes.txt'), 'secret');
});

afterAll(() => rm(root, { recursive: true, force: true }));

const get = (url: string, method = 'GET') => servePages(pages)({ url, method });

it('serves its pages with the content policy', async () => {
  for (const url of ['app://claviger/', 'app://claviger/index.html']) {
    const response = await get(url);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('<h1>Claviger</h1>');
    expect(response.headers.get('Content-Security-Policy')).toBe(CONTENT_POLICY);
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
  }
  const script = await get('app://claviger/assets/app.js');
  expect(script.headers.get('Content-Type')).toContain('text/javascript');
});

it.each([
  'app://claviger/../secret.html',
  'app://claviger/%2e%2e/secret.html',
  'app://claviger/..%2fsecret.html',
  'app://claviger/..%2Fpages-too%2Fsecret.html',
  'app://claviger/assets/..%2f..%2f..%2fsecret.html',
  'app://claviger/%252e%252e/secret.html',
  'app://claviger/..%5csecret.html',
  'app://claviger/%00index.html',
  'app://claviger/%zz',
  'app://claviger//etc/passwd',
  'app://claviger/assets',
  'app://claviger/notes.txt',
  'app://claviger/missing.html',
  'app://other/index.html',
  'file:///etc/passwd',
  'https://claviger/index.html',
  'nonsense',
])('serves nothing for %s', async (url) => {
  const response = await get(url);
  expect(response.status).toBe(404);
  expect(await response.text()).toBe('');
});

it('never leaves its folder, however the URL is written', () => {
  const bits = ['..', '%2e%2e', '.', '/', '%2f', '\\', '%5c', 'a', '//', '%2e'];
  for (const a of bits)
    for (const b of bits)
      for (const c of bits) {
        const file = fileFor(`app://claviger/${a}${b}${c}secret.html`, pages);
        if (file !== null) expect(file.startsWith(pages + path.sep)).toBe(true);
      }
});

it('answers no other method', async () => {
  expect((await get('app://claviger/index.html', 'POST')).status).toBe(404);
});
