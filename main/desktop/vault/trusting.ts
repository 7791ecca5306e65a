import path from 'node:path';
import type { Input, Output } from '../../../shared/contract.ts';
import type { Library as ShownLibrary, TrustQuestion } from '../../../shared/contract/trust.ts';
import { Failure, toFailureData } from '../../../shared/failure.ts';
import { noVaultOpen } from '../../../shared/messages/failures/desktop.ts';
import { findModules } from '../../engine/index.ts';
import {
  fingerprintOfVault,
  type KnownVault,
  type Library,
  libraryAt,
  meet,
  refuseOther,
} from '../../trust/index.ts';
import { type Dialogs, Handles } from '../common/index.ts';
import type { Desk } from './desk.ts';
import type { OpenVault } from './open-vault.ts';

/** Asks for the library of the open vault's token; loads none. */
export class Trusting {
  readonly #desk: Desk;
  readonly #dialogs: Dialogs;
  readonly #libraries = new Handles<Library>('libraries');

  constructor(parts: { readonly desk: Desk; readonly dialogs: Dialogs }) {
    this.#desk = parts.desk;
    this.#dialogs = parts.dialogs;
  }

  async question(): Promise<TrustQuestion> {
    const open = await this.#onDesk();
    const known = await this.#knownOf(open);
    if (known === 'damaged') return { kind: 'damaged' };
    const here = fingerprintOfVault(open.vault);
    if (known !== null && known.checkpointKey !== here)
      return { kind: 'other', known: known.checkpointKey, here };
    if (known !== null) {
      const name = path.basename(known.modulePath);
      const library = this.#show(name, await libraryAt(known.modulePath), 'none');
      return { kind: 'changed', library, before: known.librarySha256 };
    }
    const { label, serial } = open.info().token;
    return {
      kind: 'unknown',
      fingerprint: here,
      token: { label, serial },
      libraries: await this.#found(),
    };
  }

  async pickLibrary(): Promise<ShownLibrary | null> {
    const file = await this.#dialogs.pickLibrary();
    return file === null
      ? null
      : this.#show(path.basename(file), await libraryAt(file), 'optional');
  }

  /** @throws Failure 'vault-other' | 'trust-damaged' */
  async answer({
    library: id,
    parameters,
  }: Input<'trust.answer'>): Promise<Output<'trust.answer'>> {
    const open = await this.#onDesk();
    const known = await open.trust.find(open.vault.id);
    if (known !== null) refuseOther(known, open.vault);
    const library = this.#libraries.get(id);
    const { label, serial } = open.info().token;
    const trusted =
      known === null
        ? meet(open.vault, { ...library, parameters, token: { label, serial }, inVault: false })
        : { ...known, ...library };
    const failure = await open.trust.remember(trusted);
    await this.#desk.look();
    return { notRemembered: failure && toFailureData(failure) };
  }

  async #onDesk(): Promise<OpenVault> {
    const open = await this.#desk.settled();
    if (open === null) throw noVaultOpen();
    return open;
  }

  async #knownOf({ trust, vault }: OpenVault): Promise<KnownVault | 'damaged' | null> {
    try {
      return await trust.find(vault.id);
    } catch (error) {
      if (error instanceof Failure && error.code === 'trust-damaged') return 'damaged';
      throw error;
    }
  }

  async #found(): Promise<ShownLibrary[]> {
    const shown = findModules().map(async ({ product, path: file, needsParameters }) => {
      try {
        const parameters = needsParameters ? 'needed' : 'none';
        return [this.#show(product, await libraryAt(file), parameters)];
      } catch (error) {
        if (error instanceof Failure) return [];
        throw error;
      }
    });
    return (await Promise.all(shown)).flat();
  }

  #show(product: string, library: Library, parameters: ShownLibrary['parameters']): ShownLibrary {
    const id = this.#libraries.give(library);
    return { id, product, path: library.modulePath, sha256: library.librarySha256, parameters };
  }
}
