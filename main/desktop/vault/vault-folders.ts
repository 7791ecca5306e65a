import path from 'node:path';
import type { Output } from '../../../shared/contract.ts';
import type { VaultPlace } from '../../../shared/contract/app.ts';
import { Handles } from '../common/index.ts';
import type { RecentVaults } from './recent-vaults.ts';

/** The vault folders that the window may name, each by an ID. */
export class VaultFolders {
  readonly #folders = new Handles<string>('vault folders');
  readonly #recent: RecentVaults;

  constructor(recent: RecentVaults) {
    this.#recent = recent;
  }

  give(folder: string): VaultPlace {
    return { id: this.#folders.give(folder), name: path.basename(folder), path: folder };
  }

  /** @throws Failure 'invalid-request' */
  get(id: string): string {
    return this.#folders.get(id);
  }

  recent(): Output<'vault.recent'> {
    const known = new Map(this.#folders.entries().map(([id, folder]) => [folder, id]));
    return this.#recent.list().map(({ path: folder, ...rest }) => ({
      id: known.get(folder) ?? this.#folders.give(folder),
      name: path.basename(folder),
      path: folder,
      ...rest,
    }));
  }
}
