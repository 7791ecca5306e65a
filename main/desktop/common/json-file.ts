import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { makeFolder, replaceFile } from '../../system/index.ts';

/** A small file of the program itself, outside of any vault. */
export class JsonFile<S extends v.GenericSchema> {
  readonly #path: string;
  readonly #schema: S;
  readonly #initial: v.InferOutput<S>;

  constructor(file: string, schema: S, initial: v.InferOutput<S>) {
    this.#path = file;
    this.#schema = schema;
    this.#initial = initial;
  }

  /** A missing or invalid file counts as never written. */
  async read(): Promise<v.InferOutput<S>> {
    try {
      const parsed = v.safeParse(this.#schema, JSON.parse(await readFile(this.#path, 'utf8')));
      return parsed.success ? parsed.output : this.#initial;
    } catch {
      return this.#initial;
    }
  }

  async write(value: v.InferOutput<S>): Promise<void> {
    await makeFolder(path.dirname(this.#path));
    await replaceFile(this.#path, `${JSON.stringify(value, null, 2)}\n`);
  }
}
