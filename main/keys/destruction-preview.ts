import type { KeyId } from '../../shared/ids.ts';
import { mayDecrypt } from '../../shared/keys.ts';
import type { RefusedUse, UsedKey } from '../audit/index.ts';
import type { KeyReader } from '../keystore/index.ts';
import type { Vault } from '../vault/index.ts';

/** What the destruction of a version means for the files that the ledger knows. */
export interface DestructionPreview {
  /** Files that the version opens now. */
  readonly files: number;
  /** Of these, the files that nothing else in this vault opens. */
  readonly unreadable: number;
  /** The keys that still open the others; one file may count for several. */
  readonly others: { readonly name: string; readonly files: number }[];
  /** Files that were rewrapped or encrypted again, and do not need it any more. */
  readonly moved: number;
  /** Uses of it that were refused; null: none. Whoever asked may still need it. */
  readonly refused: RefusedUse | null;
}

/** @throws Failure `key-not-found` */
export const previewDestruction = async (
  vault: Vault,
  named: string,
  version: number,
): Promise<DestructionPreview> => {
  const { keys } = vault.tables;
  const { id } = keys.get(named);
  keys.version(id, version);
  const index = await vault.audit();
  const shared = await index.sharedFiles({ key: id, version });
  const uses = await index.uses();
  const helped = new Map<string, number>();
  let [files, unreadable] = [0, 0];
  for (const group of shared) {
    files += group.files;
    const names = new Set(group.others.flatMap((other) => nameIfUsable(keys, other)));
    if (names.size === 0) unreadable += group.files;
    for (const name of names) helped.set(name, (helped.get(name) ?? 0) + group.files);
  }
  return {
    ...{ files, unreadable },
    others: [...helped].map(([name, count]) => ({ name, files: count })),
    moved: uses.find((use) => use.key === id && use.version === version)?.moved ?? 0,
    refused: await index.refusedUse({ key: id, version }),
  };
};

/** Keys of other vaults are not counted: nobody here knows what became of them. */
const nameIfUsable = (keys: KeyReader, { key, version }: UsedKey): string[] => {
  const name = keys.names().get(key as KeyId);
  if (name === undefined) return [];
  const state = keys.versions(key).find((each) => each.version === version)?.state;
  return state !== undefined && mayDecrypt(state) ? [name] : [];
};
