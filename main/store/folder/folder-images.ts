import { sha256 } from '../../system/index.ts';
import type { FoundImage } from '../store.ts';
import type { Files } from './files.ts';
import { vaultFiles } from './names.ts';

/** The keystore's images: the one in force, and the next one while it is being committed. */
export class FolderImages {
  readonly #files: Files;

  constructor(files: Files) {
    this.#files = files;
  }

  async find(named: string | null): Promise<FoundImage> {
    const current = await this.#files.read(vaultFiles.keystore);
    const next = await this.#files.read(vaultFiles.keystoreNext);
    if (current !== null && sha256(current) === named)
      return { kind: 'found', image: current, left: next === null ? 'nothing' : 'unnamed' };
    if (next !== null && sha256(next) === named)
      return { kind: 'found', image: next, left: 'unfinished' };
    if (current === null) return { kind: 'missing' };
    return { kind: current.length === 0 ? 'empty' : 'other' };
  }

  /** Its name is durable, too. */
  async stage(image: Buffer): Promise<void> {
    try {
      await this.#files.writeSynced(vaultFiles.keystoreNext, image);
      await this.#files.syncFolder();
    } catch (error) {
      // No record names it; if it stays, the next commit or opening replaces or removes it.
      await this.drop().catch(() => undefined);
      throw error;
    }
  }

  /**
   * Puts the staged image in its place. With `purge` the old one is first overwritten where it
   * lies, because a rename would leave its bytes on the disk.
   */
  async install(image: Buffer, purge: boolean): Promise<void> {
    if (purge && (await this.#files.read(vaultFiles.keystore)) !== null)
      await this.#files.overwriteSynced(vaultFiles.keystore, image);
    await this.#files.rename(vaultFiles.keystoreNext, vaultFiles.keystore);
    await this.#files.syncFolder();
  }

  async drop(): Promise<void> {
    await this.#files.remove(vaultFiles.keystoreNext);
  }

  async repair(found: FoundImage): Promise<void> {
    if (found.kind !== 'found' || found.left === 'nothing') return;
    if (found.left === 'unfinished') return this.install(found.image, true);
    await this.drop();
    await this.#files.syncFolder();
  }
}
