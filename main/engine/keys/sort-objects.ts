import type { KeyId, VaultId } from '../../../shared/ids.ts';
import type { KeyMaterial } from '../../../shared/keys.ts';
import type { ObjectRole } from '../../../shared/messages/token/objects.ts';
import { CKO } from '../pkcs11/native.ts';
import type { TokenKeyName } from '../pkcs11/objects.ts';
import type { Curve } from '../pkcs11/signing.ts';
import { residentLabel, usageOf } from './create-key.ts';
import type { SigningKey } from './signing-keys.ts';
import type { MasterRecord, Masters } from './vault-token.ts';

/** What the keystore says that the token holds. */
export interface Expected {
  readonly vaultId: VaultId;
  readonly masters: Masters;
  /** Masters that are not in force yet, or no longer: their rotation is under way. */
  readonly otherMasters: readonly TokenKeyName[];
  readonly signing: readonly SigningKey[];
  /** Every version of a resident key that is not destroyed. */
  readonly keys: readonly KeyMaterial[];
  /** Resident versions that were destroyed; CKA_ID, 16 bytes. */
  readonly destroyed: readonly {
    readonly id: KeyId;
    readonly version: number;
    readonly objectId: Uint8Array;
  }[];
}

/** An object in the token, by what it is called. */
export interface ObjectName {
  /** CKA_CLASS. */
  readonly objectClass: number;
  /** CKA_ID, hex. */
  readonly objectId: string;
  /** CKA_LABEL. */
  readonly label: string;
}

/** One object that the keystore names, and how to tell that it is the right one. */
export interface Wanted extends ObjectName {
  readonly role: ObjectRole;
  readonly key: { readonly id: KeyId; readonly version: number } | null;
  readonly proof:
    | { readonly kind: 'wrap' | 'data'; readonly proof: Uint8Array | null }
    | { readonly kind: 'sign'; readonly curve: Curve; readonly spki: string };
}

export interface Sorted<Seen extends ObjectName> {
  /** Each with the objects that have its class, CKA_ID and label. */
  readonly wanted: readonly { readonly wanted: Wanted; readonly found: readonly Seen[] }[];
  /** They have a wanted object's class and CKA_ID, but another label. */
  readonly renamed: readonly { readonly wanted: Wanted; readonly object: Seen }[];
  /** They bear the name of this vault, but the keystore does not know them. */
  readonly orphaned: readonly Seen[];
  /** What is still there of destroyed versions. */
  readonly left: readonly { readonly key: Wanted['key']; readonly object: Seen }[];
  readonly otherVaults: number;
  readonly others: number;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Sorts what a token holds by what the keystore says of it. */
export const sortObjects = <Seen extends ObjectName>(
  seen: readonly Seen[],
  expected: Expected,
): Sorted<Seen> => {
  const wanted = wantedOf(expected);
  const byId = new Map(wanted.map((each) => [idOf(each), each]));
  const gone = new Map(expected.destroyed.map((each) => [hex(each.objectId), each]));
  const found = new Map(wanted.map((each): [Wanted, Seen[]] => [each, []]));
  const sorted = {
    renamed: [] as { wanted: Wanted; object: Seen }[],
    orphaned: [] as Seen[],
    left: [] as { key: Wanted['key']; object: Seen }[],
  };
  let [otherVaults, others] = [0, 0];
  for (const object of seen) {
    const named = byId.get(idOf(object));
    const destroyed = object.objectClass === CKO.SECRET_KEY ? gone.get(object.objectId) : undefined;
    if (named?.label === object.label) found.get(named)?.push(object);
    else if (named !== undefined) sorted.renamed.push({ wanted: named, object });
    else if (destroyed !== undefined)
      sorted.left.push({ key: { id: destroyed.id, version: destroyed.version }, object });
    else if (isKept(object, expected)) continue;
    else if (object.label.startsWith(`claviger/${expected.vaultId}/`)) sorted.orphaned.push(object);
    else if (ofSomeVault.test(object.label)) otherVaults += 1;
    else others += 1;
  }
  return {
    wanted: [...found].map(([each, objects]) => ({ wanted: each, found: objects })),
    ...sorted,
    otherVaults,
    others,
  };
};

const ofSomeVault = /^claviger(?:\.invalid)?\/[0-9a-f]{32}\//;

const idOf = ({ objectClass, objectId }: ObjectName): string => `${objectClass}/${objectId}`;

/**
 * The anchors, which change with every checkpoint, the public halves, which nothing relies on, and
 * masters that an unlock will deal with.
 */
const isKept = ({ objectClass, objectId, label }: ObjectName, expected: Expected): boolean => {
  const { vaultId, signing, otherMasters } = expected;
  if (label === `claviger/${vaultId}/anchor` || label.startsWith(`claviger.invalid/${vaultId}/`))
    return true;
  if (objectClass === CKO.SECRET_KEY)
    return otherMasters.some((each) => hex(each.objectId) === objectId && each.label === label);
  return (
    objectClass === CKO.PUBLIC_KEY &&
    signing.some((key) => key.objectId === objectId && key.label === label)
  );
};

const wantedOf = ({ vaultId, masters, signing, keys }: Expected): Wanted[] => [
  master('wrap', masters.wrap),
  master('seal', masters.seal),
  ...signing.map(({ objectId, label, curve, spki }): Wanted => ({
    ...{ objectClass: CKO.PRIVATE_KEY, objectId, label, key: null },
    role: label.endsWith('/report') ? 'report' : 'sign',
    proof: { kind: 'sign', curve, spki },
  })),
  ...keys.flatMap((key): Wanted[] =>
    key.objectId === null
      ? []
      : [
          {
            ...{ role: 'key', objectClass: CKO.SECRET_KEY, objectId: hex(key.objectId) },
            label: residentLabel({ vaultId }, key),
            key: { id: key.id, version: key.version },
            proof: { kind: usageOf(key.bulk), proof: key.proof },
          },
        ],
  ),
];

const master = (role: 'wrap' | 'seal', { objectId, label, proof }: MasterRecord): Wanted => ({
  ...{ role, objectClass: CKO.SECRET_KEY, objectId: hex(objectId), label, key: null },
  proof: { kind: role === 'wrap' ? 'wrap' : 'data', proof },
});
