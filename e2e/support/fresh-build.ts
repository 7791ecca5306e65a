import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const LISTED = path.join(root, 'out/bundle/sources.json');

/** Sources that are not as they were when the program was built, by their path in the project. */
export const changedSince = (listed: Readonly<Record<string, string>>): string[] =>
  Object.entries(listed)
    .filter(([file, digest]) => digestOf(path.join(root, file)) !== digest)
    .map(([file]) => file);

/** @returns the sources of the program as it was built, with their SHA-256 */
export const builtSources = (): Record<string, string> =>
  JSON.parse(readFileSync(LISTED, 'utf8')) as Record<string, string>;

const digestOf = (file: string): string | null =>
  existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : null;

/** Before the tests that run the built program: they would otherwise test another one. */
export const setup = (): void => {
  const changed = existsSync(LISTED) ? changedSince(builtSources()) : ['out/bundle'];
  if (changed.length > 0)
    throw new Error(`Run npm run build first: ${changed.slice(0, 3).join(', ')} changed since.`);
};
