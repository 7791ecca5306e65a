import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const LISTED = path.join(root, 'out/bundle/sources.json');

/** Sources that have changed since the program was built, by their path in the project. */
export const changedSince = (listed: Readonly<Record<string, string>>): string[] =>
  Object.entries(listed)
    .filter(([file, digest]) => digestOf(path.join(root, file)) !== digest)
    .map(([file]) => file);

/** @returns the sources that the program was built from, with their SHA-256 */
export const builtSources = (): Record<string, string> =>
  JSON.parse(readFileSync(LISTED, 'utf8')) as Record<string, string>;

const digestOf = (file: string): string | null =>
  existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : null;

/** Runs before tests of the built program, which would otherwise test an older one. */
export const setup = (): void => {
  const changed = existsSync(LISTED) ? changedSince(builtSources()) : ['out/bundle'];
  if (changed.length > 0)
    throw new Error(`Run npm run build first: ${changed.slice(0, 3).join(', ')} changed since.`);
};
