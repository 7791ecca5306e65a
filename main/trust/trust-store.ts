import path from 'node:path';
import * as v from 'valibot';
import { Failure } from '../../shared/failure.ts';
import type { VaultId } from '../../shared/ids.ts';
import {
  noHomeFolder,
  trustNotSaved,
  trustUnreliable,
} from '../../shared/messages/failures/trust.ts';
import { reasonOf } from '../system/index.ts';
import { type KnownVault, knownVaultSchema } from './known-vault.ts';
import { Signers } from './signers.ts';
import { readTrusted, writeTrusted } from './trust-file.ts';

/** What this user's computer knows about vaults: one file each, outside of the vaults' folders. */
export class TrustStore {
  readonly #folder: string | null;
  /** What is known only while this program runs. */
  readonly #here = new Map<VaultId, KnownVault>();

  /** @param folder see stateFolder */
  constructor(folder: string | null) {
    this.#folder = folder;
  }

  /** Keys of reports that this user has compared. */
  signers(): Signers {
    return new Signers(this.#folder);
  }

  /** What is known about a vault; null if nothing is. @throws Failure 'trust-damaged' */
  async find(vault: VaultId): Promise<KnownVault | null> {
    const here = this.#here.get(vault);
    if (here !== undefined) return here;
    const file = this.fileOf(vault);
    const text = file === null ? null : await readTrusted(file);
    return file === null || text === null ? null : parse(file, text, vault);
  }

  /**
   * Stores what is known about a vault. If the state folder cannot be written, it is known while
   * this program runs.
   * @returns why it could not be stored
   */
  async remember(known: KnownVault): Promise<Failure | null> {
    this.#here.set(known.vault, known);
    const file = this.fileOf(known.vault);
    if (file === null) return noHomeFolder();
    try {
      await writeTrusted(file, `${JSON.stringify(known, null, 2)}\n`);
    } catch (error) {
      if (error instanceof Failure) return error;
      if (error instanceof Error && 'code' in error) return trustNotSaved(reasonOf(error), file);
      throw error;
    }
    this.#here.delete(known.vault);
    return null;
  }

  /** The file for a vault; null for a user without a home folder. */
  fileOf(vault: VaultId): string | null {
    return this.#folder === null ? null : path.join(this.#folder, 'vaults', `${vault}.json`);
  }
}

const parse = (file: string, text: string, vault: VaultId): KnownVault => {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), knownVaultSchema), text);
  if (!parsed.success) throw trustUnreliable(file, 'damaged');
  if (parsed.output.vault !== vault) throw trustUnreliable(file, 'other-vault');
  return parsed.output;
};
