import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
};

export interface Translated {
  /** A module that node runs. */
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Translates a TypeScript module and all that it imports by relative paths, for tests that need
 * real processes: so they run the sources as they are, not what was built some time ago.
 */
export const translate = async (entry: string): Promise<Translated> => {
  await mkdir(join(root, 'out'), { recursive: true });
  const folder = await mkdtemp(join(root, 'out', 'process-'));
  const todo = [resolve(entry)];
  const done = new Set<string>();
  for (let source = todo.pop(); source !== undefined; source = todo.pop()) {
    if (done.has(source)) continue;
    done.add(source);
    const text = await readFile(source, 'utf8');
    const target = join(folder, relative(root, source).replace(/\.ts$/, '.js'));
    await mkdir(dirname(target), { recursive: true });
    const translated = ts.transpileModule(text, { compilerOptions: options });
    await writeFile(target, translated.outputText);
    for (const { fileName } of ts.preProcessFile(text).importedFiles)
      if (fileName.startsWith('.')) todo.push(resolve(dirname(source), fileName));
  }
  return {
    path: join(folder, relative(root, resolve(entry)).replace(/\.ts$/, '.js')),
    remove: () => rm(folder, { recursive: true }),
  };
};
