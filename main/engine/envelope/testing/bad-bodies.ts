import type { BadRecipe } from './bad-recipe.ts';
import { METADATA_TEXT, OTHER_DEK, S, hashOf, padded, rightParts, slotText } from './craft.ts';
import type { CraftedSegment, Parts } from './craft.ts';

const AREA = 512;
const META_STORED = 256 + 28;
const CONTENT = AREA + META_STORED;
const SEAL = AREA - 60;

const flipped =
  (offset: number) =>
  (file: Buffer): Buffer => {
    const changed = Buffer.from(file);
    changed.writeUInt8(changed.readUInt8(offset) ^ 0x01, offset);
    return changed;
  };

const edited =
  (from: string | RegExp, to: string) =>
  (file: Buffer): Buffer => {
    const text = file.toString('latin1');
    const changed = text.replace(from, to);
    if (changed === text || changed.length !== text.length) throw new Error('a useless edit');
    return Buffer.from(changed, 'latin1');
  };

// A header that is well formed, but not the one that was sealed.
const altered: BadRecipe[] = [
  {
    name: 'altered-seal-ciphertext',
    code: 'wrong-body-key',
    why: 'a bit of the 32 bytes of the seal',
    file: flipped(SEAL + 12),
  },
  {
    name: 'altered-seal-nonce',
    code: 'wrong-body-key',
    why: 'a bit of the seal’s nonce: its 32 bytes are then those of no key',
    file: flipped(SEAL + 11),
  },
  {
    name: 'altered-seal-tag',
    code: 'header-altered',
    why: 'a bit of the seal’s tag',
    file: flipped(SEAL + 59),
  },
  {
    name: 'seal-not-zeros',
    code: 'wrong-body-key',
    why: 'a seal over other bytes than zeros: it commits to nothing',
    parts: (parts) => ({ ...parts, sealPlaintext: Buffer.alloc(32, 1) }),
  },
  {
    name: 'altered-check-value',
    code: 'header-altered',
    why: 'the slot’s check value, which A256KW does not bind but the seal does',
    secret: 'key',
    file: edited(/"kcv":"\w+"/, '"kcv":"000000"'),
  },
  {
    name: 'altered-version',
    code: 'header-altered',
    why: 'the slot’s key version',
    file: edited('"version":1', '"version":2'),
  },
  {
    name: 'altered-size',
    code: 'header-altered',
    why: 'a shorter size and a file cut to fit: the seal comes before the length',
    file: (file) => edited('"size":5', '"size":4')(file).subarray(0, -1),
  },
  {
    name: 'altered-file-id',
    code: 'header-altered',
    why: 'another file id',
    file: edited(/"file":"\w+"/, `"file":"${'0'.repeat(32)}"`),
  },
  {
    name: 'altered-and-cut',
    code: 'header-altered',
    why: 'an altered header of a file that is also cut: the seal comes first',
    file: (file) => flipped(SEAL + 59)(file).subarray(0, -1),
  },
];

const gcmSlot = (parts: Parts): Parts => ({
  ...parts,
  line2: `[${slotText('A256GCMKW', hashOf(parts))}]\n`,
});

const slots: BadRecipe[] = [
  {
    name: 'slot-other-key',
    code: 'wrong-key',
    why: 'the key opens no slot',
    secret: 'other key',
    file: (file) => file,
  },
  {
    name: 'slot-damaged',
    code: 'header-altered',
    why: 'the wrapped key is changed; the check value says that it is our slot',
    secret: 'key',
    file: edited(/"dek":"[^"]{4}/, '"dek":"AAAA'),
  },
  {
    name: 'slot-altered',
    code: 'header-altered',
    why: 'the version of an A256GCMKW slot, which its AAD binds',
    secret: 'key',
    parts: gcmSlot,
    file: edited('"version":1', '"version":2'),
  },
  {
    name: 'slot-of-other-file',
    code: 'header-altered',
    why: 'an A256GCMKW slot made for another file: its AAD has another H',
    secret: 'key',
    parts: (parts) => ({
      ...parts,
      line2: `[${slotText('A256GCMKW', Buffer.alloc(32, 7))}]\n`,
    }),
  },
  {
    name: 'slot-of-other-body',
    code: 'wrong-body-key',
    why: 'the slot opens, but holds the key of another body',
    secret: 'key',
    parts: (parts) => ({
      ...parts,
      line2: `[${slotText('A256KW', Buffer.alloc(32), { dek: OTHER_DEK })}]\n`,
    }),
  },
  {
    name: 'body-of-other-key',
    code: 'wrong-body-key',
    why: 'seal and body were made under another file key',
    bodyKey: OTHER_DEK,
  },
];

const length = (
  name: string,
  code: 'cut-short' | 'trailing-data',
  why: string,
  file: (file: Buffer) => Buffer,
  size = 5,
): BadRecipe => ({ name: `length-${name}`, code, why, file, size });

const lengths: BadRecipe[] = [
  length('one-less', 'cut-short', 'the last byte is missing', (file) => file.subarray(0, -1)),
  length('no-content', 'cut-short', 'segment 1 is missing', (file) => file.subarray(0, CONTENT)),
  length('header-only', 'cut-short', 'only the header area', (file) => file.subarray(0, AREA)),
  length(
    'no-last-segment',
    'cut-short',
    'cut at a segment’s end',
    (file) => file.subarray(0, CONTENT + S + 28),
    2 * S,
  ),
  length('one-more', 'trailing-data', 'one byte more', (file) =>
    Buffer.concat([file, Buffer.alloc(1)]),
  ),
  length(
    'last-twice',
    'trailing-data',
    'the last segment twice',
    (file) => Buffer.concat([file, file.subarray(CONTENT + S + 28)]),
    2 * S,
  ),
  length(
    'empty-segment',
    'trailing-data',
    'an empty final segment behind empty content',
    (file) => Buffer.concat([file, Buffer.alloc(28)]),
    0,
  ),
];

const segment = (
  name: string,
  why: string,
  change: Pick<BadRecipe, 'parts' | 'file'>,
  size = 5,
): BadRecipe => ({ name: `segment-${name}`, code: 'segment-damaged', why, size, ...change });

const swapped = (file: Buffer): Buffer => {
  const stored = S + 28;
  const first = file.subarray(CONTENT, CONTENT + stored);
  const second = file.subarray(CONTENT + stored, CONTENT + 2 * stored);
  return Buffer.concat([file.subarray(0, CONTENT), second, first]);
};

const withSegments =
  (change: (segment: CraftedSegment) => CraftedSegment) =>
  (parts: Parts): Parts => ({ ...parts, segments: parts.segments.map(change) });

const segments: BadRecipe[] = [
  segment('metadata', 'a bit of segment 0', { file: flipped(AREA + 12) }),
  segment('nonce', 'a bit of segment 1’s nonce', { file: flipped(CONTENT) }),
  segment('data', 'a bit of segment 1', { file: flipped(CONTENT + 12) }),
  segment('tag', 'a bit of segment 1’s tag', { file: flipped(CONTENT + 12 + 5) }),
  segment('second', 'a bit of segment 2', { file: flipped(CONTENT + S + 28 + 12) }, S + 5),
  segment('swapped', 'segments 1 and 2 in each other’s place', { file: swapped }, 2 * S),
  segment('not-final', 'no segment is marked as the last', {
    parts: withSegments((one) => ({ ...one, final: false })),
  }),
  segment(
    'empty-not-final',
    'empty content, segment 0 is not marked as the last',
    {
      parts: withSegments((one) => ({ ...one, final: false })),
    },
    0,
  ),
  segment('always-final', 'every segment is marked as the last', {
    parts: withSegments((one) => ({ ...one, final: true })),
  }),
  segment('from-zero', 'content counted from 0', {
    parts: withSegments((one) => ({ ...one, index: Math.max(0, one.index - 1) })),
  }),
];

const metadata = (name: string, why: string, bytes: Buffer): BadRecipe => ({
  name: `metadata-${name}`,
  code: 'metadata-damaged',
  why,
  parts: () => rightParts(5, bytes),
});

const instead = (name: string, why: string, from: string, to: string): BadRecipe =>
  metadata(
    name,
    why,
    padded(
      METADATA_TEXT.replace(from, () => to),
      512,
    ),
  );

const bodies: BadRecipe[] = [
  metadata('not-json', 'no JSON', padded('name=a.txt')),
  metadata('nothing', 'only spaces', padded('')),
  metadata('not-utf8', 'no UTF-8', padded(Buffer.from('{"name":"\xff"}', 'latin1'))),
  metadata('bom', 'a byte order mark', padded(`\ufeff${METADATA_TEXT}`)),
  metadata('length', '255 bytes, no multiple of 256', padded(METADATA_TEXT, 255)),
  metadata('nul-padding', 'padding with NUL', Buffer.concat([Buffer.from(METADATA_TEXT)], 256)),
  metadata('tab-padding', 'padding with a tab', padded(`${METADATA_TEXT}\t`)),
  instead('leading-blank', 'a blank at the start', '{', ' {'),
  instead(
    'order',
    'keys in another order',
    METADATA_TEXT,
    '{"mtime":"2026-11-22T08:30:15.250Z","name":"a.txt","mode":420}',
  ),
  instead('extra', 'an unknown key', '420}', '420,"owner":"root"}'),
  instead('duplicate', 'a key given twice', '"mode"', '"mode":0,"mode"'),
  instead('escape', 'a letter as \\u0061', 'a.txt', '\\u0061.txt'),
  instead('surrogate', 'half a surrogate pair', 'a.txt', '\\ud800.txt'),
  instead('empty-name', 'no name', 'a.txt', ''),
  instead('dot', 'the name .', 'a.txt', '.'),
  instead('dots', 'the name ..', 'a.txt', '..'),
  instead('parent', 'a way up', 'a.txt', '../a.txt'),
  instead('absolute', 'an absolute path', 'a.txt', '/etc/passwd'),
  instead('backslash', 'a backslash', 'a.txt', 'a\\\\b.txt'),
  instead('newline', 'a line feed', 'a.txt', 'a\\nb.txt'),
  instead('nul-name', 'a NUL', 'a.txt', 'a\\u0000b.txt'),
  instead('delete', 'a DEL', 'a.txt', 'a\x7fb.txt'),
  instead('c1', 'a C1 control character', 'a.txt', 'a\u0085b.txt'),
  instead('long-name', 'a name of 256 bytes', 'a.txt', 'ä'.repeat(128)),
  instead('no-milliseconds', 'a time without milliseconds', '15.250Z', '15Z'),
  instead('no-such-day', 'February 30', '11-22', '02-30'),
  instead('no-such-hour', 'hour 24', 'T08:30:15.250', 'T24:00:00.000'),
  instead('leap-second', 'second 60', 'T08:30:15.250', 'T23:59:60.000'),
  instead('year-zero', 'year 0000', '2026', '0000'),
  instead('local-time', 'a time zone', '250Z', '250+01:00'),
  instead('mode-large', 'a set-user-id bit', '420', '2468'),
  instead('mode-octal', 'mode 0420', '420', '0420'),
  instead('mode-text', 'a mode as text', '420', '"420"'),
];

export const badBodies: readonly BadRecipe[] = [
  ...altered,
  ...slots,
  ...lengths,
  ...segments,
  ...bodies,
];
