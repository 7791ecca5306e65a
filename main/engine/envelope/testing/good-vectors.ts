import * as v from 'valibot';
import { fileIdSchema, keyIdSchema } from '../../../../shared/ids.ts';
import type { FileCipher } from '../cipher.ts';
import { headerHash, type FixedHeader, type Slot, type SlotWrap } from '../header.ts';
import { hostCipher } from '../host-cipher.ts';
import { encodeMetadata, type FileMetadata } from '../metadata.ts';
import { encryptWhole } from '../whole.ts';
import { derive, deriveHex, sha256 } from './deterministic.ts';
import { checkValue, makeSlot } from './software-keys.ts';

interface Recipe {
  readonly name: string;
  readonly size: number;
  readonly wrap: SlotWrap;
  readonly slots?: number;
  readonly segment?: number;
  readonly areaLength?: number;
  readonly metadata?: Partial<FileMetadata>;
  /** Content instead of derived bytes. */
  readonly text?: string;
  /** Spaces behind the metadata beyond the usual ones. */
  readonly morePadding?: number;
  /** Keys without a check value. */
  readonly noKcv?: boolean;
  /** The cipher makes its own nonces, as some tokens do. */
  readonly ownNonces?: boolean;
}

/** What vectors.json says about a good file. */
export interface GoodVector {
  readonly file: string;
  /** One key for each slot, in order; any of them opens the file. */
  readonly keys: readonly string[];
  readonly dek: string;
  readonly header: FixedHeader & { readonly areaLength: number };
  readonly metadata: FileMetadata;
  readonly contentSha256: string;
  readonly note: string;
}

const S = 4096;

const sizes = (wrap: SlotWrap): Recipe[] =>
  [
    ['empty', 0],
    ['one-byte', 1],
    ['one-less', S - 1],
    ['one-segment', S],
    ['one-more', S + 1],
    ['two-segments', 2 * S],
  ].map(([name, size]) => ({ name: `${wrap}-${name}`.toLowerCase(), size: Number(size), wrap }));

const named = (name: string, stored: string): Recipe => ({
  name: `name-${name}`,
  size: 10,
  wrap: 'A256KW',
  areaLength: 512,
  metadata: { name: stored },
});

const EXAMPLE = 'No key leaves.\n';

const recipes: readonly Recipe[] = [
  {
    name: 'example',
    size: EXAMPLE.length,
    wrap: 'A256GCMKW',
    areaLength: 512,
    text: EXAMPLE,
    metadata: { name: 'hello.txt' },
  },
  ...sizes('A256KW'),
  ...sizes('A256GCMKW'),
  { name: 'a256kw-three-slots', size: 100, wrap: 'A256KW', slots: 3 },
  { name: 'a256gcmkw-sixteen-slots', size: 100, wrap: 'A256GCMKW', slots: 16 },
  { name: 'smallest-area', size: 100, wrap: 'A256KW', areaLength: 512 },
  { name: 'larger-area', size: 100, wrap: 'A256GCMKW', areaLength: 2048 },
  { name: 'largest-area', size: 100, wrap: 'A256KW', areaLength: 65_024 },
  { name: 'larger-segment', size: 8193, wrap: 'A256KW', segment: 8192 },
  { name: 'largest-segment', size: 5, wrap: 'A256KW', segment: 4_194_304 },
  { name: 'no-check-value', size: 100, wrap: 'A256KW', noKcv: true },
  { name: 'own-nonces', size: S + 1, wrap: 'A256KW', ownNonces: true },
  { name: 'more-padding', size: 100, wrap: 'A256KW', morePadding: 512 },
  {
    name: 'before-1970',
    size: 0,
    wrap: 'A256KW',
    metadata: { mtime: '1969-12-31T23:59:59.999Z' },
  },
  { name: 'mode-zero', size: 0, wrap: 'A256KW', metadata: { mode: 0 } },
  named('hebrew', 'דוח סודי.txt'),
  named('japanese', '秘密の報告書.txt'),
  named('decomposed', 'Zu\u0308rich.txt'),
  named('emoji', '👩‍💻 🔐.txt'),
  named('quotes', '"quoted": it\'s <b>.txt'),
  named('colon', 'meeting 12:30.txt'),
  named('blanks', '  .hidden and spaced.. '),
  named('longest', `${'鍵'.repeat(84)}abc`),
  named('longest-escaped', '"'.repeat(255)),
];

const makeKeys = ({ name, slots = 1 }: Recipe): Buffer[] =>
  Array.from({ length: slots }, (_, index) => derive(`${name}/key/${index}`, 32));

const slotsFor = (recipe: Recipe, keys: Buffer[], dek: Buffer, hash: Buffer): Slot[] =>
  keys.map((kek, index) =>
    makeSlot({
      key: v.parse(keyIdSchema, deriveHex(`${recipe.name}/key-id/${index}`, 16)),
      version: index + 1,
      kcv: recipe.noKcv === true ? '' : checkValue(kek),
      wrap: recipe.wrap,
      kek,
      dek,
      hash,
      nonce: derive(`${recipe.name}/slot-nonce/${index}`, 12),
    }),
  );

/** A cipher that ignores the nonce asked for, as a token in FIPS mode does. */
const ownNonceCipher = (dek: Buffer, label: string): FileCipher => {
  const host = hostCipher(dek);
  let count = 0;
  const next = (): Buffer => derive(`${label}/own-nonce/${count++}`, 12);
  return {
    callerNonce: false,
    encrypt: (_, aad, plaintext) => host.encrypt(next(), aad, plaintext),
    decrypt: (nonce, aad, data) => host.decrypt(nonce, aad, data),
  };
};

const metadataFor = ({ name, metadata = {} }: Recipe): FileMetadata => ({
  name: `${name}.bin`,
  mtime: '2026-11-22T08:30:15.250Z',
  mode: 0o640,
  ...metadata,
});

const notes = (recipe: Recipe): string => {
  if (recipe.text !== undefined) return 'the worked example of docs/format.md';
  return recipe.ownNonces === true ? 'seal and segments have nonces of a token' : '';
};

export interface MadeVector {
  readonly bytes: Buffer;
  readonly vector: GoodVector;
}

const make = (recipe: Recipe): MadeVector => {
  const dek = derive(`${recipe.name}/dek`, 32);
  const keys = makeKeys(recipe);
  const metadata = metadataFor(recipe);
  const padding = Buffer.alloc(recipe.morePadding ?? 0, ' ');
  const plainMetadata = Buffer.concat([encodeMetadata(metadata), padding]);
  const { text } = recipe;
  const content =
    text === undefined ? derive(`${recipe.name}/content`, recipe.size) : Buffer.from(text);
  const fixed: FixedHeader = {
    segment: recipe.segment ?? S,
    file: v.parse(fileIdSchema, deriveHex(`${recipe.name}/file-id`, 16)),
    meta: plainMetadata.length,
    size: recipe.size,
  };
  const bytes = encryptWhole({
    cipher: recipe.ownNonces === true ? ownNonceCipher(dek, recipe.name) : hostCipher(dek),
    fixed,
    slots: slotsFor(recipe, keys, dek, headerHash(fixed)),
    metadata: plainMetadata,
    content,
    sealRandom: derive(`${recipe.name}/seal`, 11),
    ...(recipe.areaLength === undefined ? {} : { areaLength: recipe.areaLength }),
  });
  const vector: GoodVector = {
    file: `good/${recipe.name}.clv`,
    keys: keys.map((key) => key.toString('hex')),
    dek: dek.toString('hex'),
    header: { ...fixed, areaLength: bytes.readUInt16BE(10) },
    metadata,
    contentSha256: sha256(content),
    note: notes(recipe),
  };
  return { bytes, vector };
};

export const makeGoodVectors = (): readonly MadeVector[] => recipes.map(make);
