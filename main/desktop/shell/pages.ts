import { readFile } from 'node:fs/promises';
import path from 'node:path';

export const SCHEME = 'app';
export const HOST = 'claviger';
/** Where every page of the window comes from. */
export const HOME = `${SCHEME}://${HOST}/`;

export const isOwnPage = (url: string): boolean => url.startsWith(HOME);

/** Checklist 7: scripts, styles, pictures and fonts of our own pages, and nothing else. */
export const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

const headers = {
  'Content-Security-Policy': CONTENT_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const;

/** The file of a URL; null if it is not in `folder`, however it is written. */
export const fileFor = (address: string, folder: string): string | null => {
  const url = parsed(address);
  if (url?.protocol !== `${SCHEME}:` || url.host !== HOST) return null;
  const name = decoded(url.pathname);
  if (name === null || name.includes('\0') || name.includes('\\')) return null;
  const file = path.join(folder, name === '/' ? 'index.html' : name);
  const relative = path.relative(folder, file);
  const inside = relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
  return inside ? file : null;
};

const parsed = (address: string): URL | null => {
  try {
    return new URL(address);
  } catch {
    return null;
  }
};

const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};

/** Answers requests for our own pages from the files of `folder`. */
export const servePages =
  (folder: string) =>
  async ({ url, method }: { readonly url: string; readonly method: string }): Promise<Response> => {
    const file = method === 'GET' ? fileFor(url, folder) : null;
    const type = file === null ? undefined : types[path.extname(file)];
    if (file === null || type === undefined) return new Response(null, { status: 404, headers });
    try {
      return new Response(await readFile(file), { headers: { ...headers, 'Content-Type': type } });
    } catch {
      return new Response(null, { status: 404, headers });
    }
  };
