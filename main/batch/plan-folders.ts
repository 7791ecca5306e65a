import type { BigIntStats } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import path from 'node:path';
import type { PlannedFolder } from '../../shared/batch.ts';
import { type Failure, type FailureData, toFailureData } from '../../shared/failure.ts';
import { linkedFolder } from '../../shared/messages/failures/files.ts';
import { identityOf } from '../engine/index.ts';

/** What is in the place of a folder. */
export type FolderLook =
  | { readonly kind: 'there'; readonly stats: BigIntStats }
  /** Or it is not a folder; that is reported when it has to be created. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly reason: FailureData };

interface Entry {
  readonly path: string;
  readonly root: string;
  readonly look: FolderLook;
}

/** The folders of a plan. Each is read once. */
export class PlanFolders {
  readonly #looks = new Map<string, Promise<FolderLook>>();
  readonly #entries = new Map<string, Entry>();
  readonly #modes = new Map<string, number>();
  readonly #paired = new Set<string>();

  /** A folder that was found on the way. */
  add(folder: string, root: string, stats: BigIntStats): void {
    this.#looks.set(keyOf(folder, root), Promise.resolve(this.#note(folder, root, there(stats))));
  }

  /** @param root the chosen folder: links to it are followed, links below it are refused */
  look(folder: string, root: string): Promise<FolderLook> {
    const key = keyOf(folder, root);
    const look =
      this.#looks.get(key) ??
      this.#lookAt(folder, root).then((result) => this.#note(folder, root, result));
    this.#looks.set(key, look);
    return look;
  }

  isMissing(folder: string): boolean {
    return this.#entries.get(folder)?.look.kind === 'missing';
  }

  /** Whether two paths lead to one folder: the same for both. */
  keyOf(folder: string): string {
    const look = this.#entries.get(folder)?.look;
    return look?.kind === 'there' ? `${look.stats.dev}:${look.stats.ino}` : folder;
  }

  /**
   * An output folder that does not exist yet gets the same permissions for others as the folder it
   * corresponds to, and so do those above it.
   */
  async standFor(output: string, outputRoot: string, input: string): Promise<void> {
    if (process.getegid === undefined || this.#paired.has(keyOf(output, input))) return;
    this.#paired.add(keyOf(output, input));
    if ((await this.look(output, outputRoot)).kind !== 'missing') return;
    const stats = await stat(input).catch(() => null);
    if (stats !== null) {
      const mode =
        OWNER | ((this.#modes.get(output) ?? OTHERS) & forOthers(stats, process.getegid()));
      this.#modes.set(output, mode);
    }
    if (output === outputRoot) return;
    await this.standFor(path.dirname(output), outputRoot, path.dirname(input));
  }

  list(): PlannedFolder[] {
    return [...this.#entries.values()].map(({ path: at, root, look }) => ({
      ...{ path: at, root },
      identity: look.kind === 'there' ? identityOf(look.stats) : null,
      mode: this.#modes.get(at) ?? null,
    }));
  }

  /** Of two chosen folders above it the upper one counts, so that more of the path is checked. */
  #note(folder: string, root: string, look: FolderLook): FolderLook {
    const known = this.#entries.get(folder);
    const isUpper = known === undefined || root.length < known.root.length;
    if (look.kind !== 'refused' && isUpper) this.#entries.set(folder, { path: folder, root, look });
    return look;
  }

  async #lookAt(folder: string, root: string): Promise<FolderLook> {
    if (folder !== root) {
      const above = await this.look(path.dirname(folder), root);
      if (above.kind !== 'there') return above;
    }
    const how = folder === root ? stat : lstat;
    const stats = await how(folder, { bigint: true }).catch(() => null);
    if (stats?.isSymbolicLink() === true) return refused(linkedFolder(folder));
    return stats?.isDirectory() === true ? there(stats) : { kind: 'missing' };
  }
}

const OWNER = 0o700;
const OTHERS = 0o077;

/** A folder's permissions for others; for its group only if ours will be the same group. */
const forOthers = ({ mode, gid }: { mode: number; gid: number }, group: number): number =>
  mode & (gid === group ? OTHERS : 0o007 | ((mode & 0o007) << 3));

const keyOf = (one: string, other: string): string => `${one}\0${other}`;
const there = (stats: BigIntStats): FolderLook => ({ kind: 'there', stats });
const refused = (failure: Failure): FolderLook => ({
  kind: 'refused',
  reason: toFailureData(failure),
});
