import path from 'node:path';
import * as v from 'valibot';
import { utcTimeSchema } from '../../shared/time.ts';
import { trustUnreliable } from '../../shared/messages/failures/trust.ts';
import { readTrusted, writeTrusted } from './trust-file.ts';

const signerSchema = v.strictObject({
  /** SHA-256 of the key, 64 hex digits. */
  fingerprint: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  /** The operating system's name of who compared it. */
  by: v.string(),
  at: utcTimeSchema,
});
export type Signer = v.InferOutput<typeof signerSchema>;

const fileSchema = v.pipe(v.string(), v.parseJson(), v.array(signerSchema));
const MOST = 300;

/** Keys of reports whose fingerprint this user has compared, outside of every vault's folder. */
export class Signers {
  readonly #file: string | null;

  /** @param folder see stateFolder */
  constructor(folder: string | null) {
    this.#file = folder === null ? null : path.join(folder, 'signers.json');
  }

  /** @throws Failure 'trust-damaged' */
  async find(fingerprint: string): Promise<Signer | null> {
    return (await this.#all()).find((each) => each.fingerprint === fingerprint) ?? null;
  }

  /** The first person stays recorded. @throws Failure 'trust-damaged' | errors of the disk */
  async remember(signer: Signer): Promise<void> {
    const all = await this.#all();
    if (this.#file === null || all.some((each) => each.fingerprint === signer.fingerprint)) return;
    const kept = [...all, signer].slice(-MOST);
    await writeTrusted(this.#file, `${JSON.stringify(kept, null, 1)}\n`);
  }

  async #all(): Promise<Signer[]> {
    if (this.#file === null) return [];
    const text = await readTrusted(this.#file);
    if (text === null) return [];
    const parsed = v.safeParse(fileSchema, text);
    if (!parsed.success) throw trustUnreliable(this.#file, 'damaged');
    return parsed.output;
  }
}
