import path from 'node:path';
import type { Output } from '../../../shared/contract.ts';
import type { Library as ShownLibrary, TrustQuestion } from '../../../shared/contract/trust.ts';
import { Failure, toFailureData } from '../../../shared/failure.ts';
import { findModules } from '../../engine/pkcs11/known-modules.ts';
import type { KnownVault } from '../../trust/known-vault.ts';
import { type Library, libraryAt } from '../../trust/library.ts';
import { fingerprintOfVault, meet, refuseOther } from '../../trust/recognise.ts';
import { noVault } from './desk-failures.ts';
import type { Desk } from './desk.ts';
import type { Dialogs } from '../dialogs.ts';
import { Handles } from '../handles.ts';
import type { OpenVault } from './open-vault.ts';

/** Asks which library leads to the token of the vault on the desk; loads none. */
export class Trusting {
  readonly #desk: Desk;
  readonly #dialogs: Dialogs;
  readonly #libraries = new Handles<Library>('libraries');

  constructor(parts: { readonly desk: Desk; readonly dialogs: Dialogs }) {
    this.#desk = parts.desk;
    this.#dialogs = parts.dialogs;
  }

  async question(): Promise<TrustQuestion> {
    const { open, known } = await this.#met();
    if (known !== null) {
      const name = path.basename(known.modulePath);
      const library = this.#show(name, await libraryAt(known.modulePath));
      return { kind: 'changed', library, before: known.librarySha256 };
    }
    const { label, serial } = open.info().token;
    return {
      kind: 'unknown',
      fingerprint: fingerprintOfVault(open.vault),
      token: { label, serial },
      libraries: await this.#found(),
    };
  }

  async pickLibrary(): Promise<ShownLibrary | null> {
    const file = await this.#dialogs.pickLibrary();
    return file === null ? null : this.#show(path.basename(file), await libraryAt(file));
  }

  /** @throws Failure 'vault-other' */
  async answer(id: string): Promise<Output<'trust.answer'>> {
    const { open, known } = await this.#met();
    const library = this.#libraries.get(id);
    const { label, serial } = open.info().token;
    const trusted =
      known === null
        ? { ...meet(open.vault, { ...library, ...elsewhere, token: { label, serial } }) }
        : { ...known, ...library };
    const failure = await open.trust.remember(trusted);
    await this.#desk.look();
    return { notRemembered: failure && toFailureData(failure) };
  }

  async #met(): Promise<{ readonly open: OpenVault; readonly known: KnownVault | null }> {
    const open = await this.#desk.settled();
    if (open === null) throw noVault();
    const known = await open.trust.find(open.vault.id);
    if (known !== null) refuseOther(known, open.vault);
    return { open, known };
  }

  /** NSS is left out: it is a database in somebody's folder, which only they can name. */
  async #found(): Promise<ShownLibrary[]> {
    const found = findModules().filter(({ needsParameters }) => !needsParameters);
    const shown = found.map(async ({ product, path: file }) => {
      try {
        return [this.#show(product, await libraryAt(file))];
      } catch (error) {
        if (error instanceof Failure) return [];
        throw error;
      }
    });
    return (await Promise.all(shown)).flat();
  }

  #show(product: string, library: Library): ShownLibrary {
    const id = this.#libraries.give(library);
    return { id, product, path: library.modulePath, sha256: library.librarySha256 };
  }
}

/** An evaluation vault is not asked about: its library is the SoftHSM2 of this computer. */
const elsewhere = { parameters: null, inVault: false } as const;
