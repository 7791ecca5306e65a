import { slotText, type Parts } from './craft.ts';
import type { BadRecipe } from './bad-recipe.ts';

// Headers that are wrong in form. Each has a seal that verifies, so only strict reading refuses it.

const WRONG: Pick<BadRecipe, 'code'> = { code: 'header-damaged' };

const replaced =
  (line: 'line1' | 'line2', from: string | RegExp, to: string) =>
  (parts: Parts): Parts => {
    const text = parts[line].replace(from, () => to);
    if (text === parts[line]) throw new Error(`"${String(from)}" is not in ${line}`);
    return { ...parts, [line]: text };
  };

type Row = readonly [name: string, why: string, from: string | RegExp, to: string];

const rows = (line: 'line1' | 'line2', table: readonly Row[]): BadRecipe[] =>
  table.map(([name, why, from, to]) => ({
    ...WRONG,
    name: `${line}-${name}`,
    why,
    parts: replaced(line, from, to),
  }));

const line1 = rows('line1', [
  ['bom', 'a byte order mark', /^/, '\xef\xbb\xbf'],
  ['crlf', 'CR LF instead of LF', '\n', '\r\n'],
  ['blank', 'a blank behind a colon', '"segment":', '"segment": '],
  ['leading-blank', 'a blank at the start', /^/, ' '],
  ['nul', 'a NUL byte', '\n', '\0\n'],
  ['no-end', 'no LF', '\n', ' '],
  ['order', 'keys in another order', /"meta":256,"size":5/, '"size":5,"meta":256'],
  ['duplicate', 'a key given twice, the same', '"size":5', '"size":5,"size":5'],
  ['duplicate-last-wins', 'a key given twice', '"size":5', '"size":6,"size":5'],
  ['extra', 'an unknown key', '"size":5', '"size":5,"more":1'],
  ['proto', 'the key __proto__', '"size":5', '"size":5,"__proto__":{}'],
  ['missing', 'no key size', ',"size":5', ''],
  ['exponent', '4096 written as 4.096e3', '4096', '4.096e3'],
  ['fraction', '4096 written as 4096.0', '4096', '4096.0'],
  ['leading-zero', 'a leading zero', '"size":5', '"size":05'],
  ['plus', 'a plus sign', '"size":5', '"size":+5'],
  ['negative', 'a negative size', '"size":5', '"size":-5'],
  ['minus-zero', 'minus zero', '"size":5', '"size":-0'],
  ['text-number', 'a number as text', '"size":5', '"size":"5"'],
  ['null-size', 'null instead of a number', '"size":5', '"size":null'],
  ['escape', 'a letter as \\u0041', '"A256GCM"', '"\\u0041256GCM"'],
  ['suite', 'an unknown suite', 'A256GCM', 'A128GCM'],
  ['upper-case-id', 'a file id in upper case', /"file":"\w+"/, `"file":"${'AB'.repeat(16)}"`],
  ['short-id', 'a file id of 15 bytes', /"file":"\w\w/, '"file":"'],
  ['segment-small', 'segment 2048', '4096', '2048'],
  ['segment-large', 'segment 8388608', '4096', '8388608'],
  ['segment-odd', 'segment 5000, no power of two', '4096', '5000'],
  ['meta-zero', 'an empty metadata segment', '"meta":256', '"meta":0'],
  ['meta-large', 'metadata longer than a segment', '"meta":256', '"meta":4097'],
  ['size-large', 'size 2^48 + 1', '"size":5', '"size":281474976710657'],
  ['size-huge', 'a size that no double holds', '"size":5', '"size":9007199254740993'],
  ['too-many-segments', '2^36 segments', '"size":5', '"size":281474976710656'],
  ['array', 'an array instead of an object', /\{(.*)\}/, '[]'],
]);

const slot = (version: number, wrap: 'A256KW' | 'A256GCMKW' = 'A256KW'): string =>
  slotText(wrap, Buffer.alloc(32), { version });

const slots = (count: number): string =>
  `[${Array.from({ length: count }, (_, i) => slot(i + 1)).join(',')}]`;

const dek = (length: number): string => `"dek":"${Buffer.alloc(length, 0x5a).toString('base64')}"`;

const line2 = rows('line2', [
  ['none', 'no slot', /^.*/, '[]'],
  ['object', 'an object instead of an array', /^\[(.*)\]/, '{}'],
  ['blank', 'a blank between slots', /^\[/, '[ '],
  ['crlf', 'CR LF instead of LF', '\n', '\r\n'],
  ['twice', 'the same key and version twice', /^.*/, `[${slot(1)},${slot(1)}]`],
  ['mixed', 'slots of two kinds', /^.*/, `[${slot(1)},${slot(2, 'A256GCMKW')}]`],
  ['order', 'keys in another order', /("version":1),("kcv":"\w+")/, '"kcv":"","version":1'],
  ['duplicate', 'a key given twice', '"version":1', '"version":2,"version":1'],
  ['extra', 'an unknown key', '"version":1', '"version":1,"note":""'],
  ['proto', 'the key __proto__', '"version":1', '"version":1,"__proto__":{}'],
  ['version-zero', 'version 0', '"version":1', '"version":0'],
  ['version-fraction', 'version 1.5', '"version":1', '"version":1.5'],
  ['version-exponent', 'version 1e0', '"version":1', '"version":1e0'],
  ['version-large', 'version 2^32', '"version":1', '"version":4294967296'],
  ['upper-case-key', 'a key id in upper case', /"key":"\w+"/, `"key":"${'AB'.repeat(16)}"`],
  ['upper-case-kcv', 'a check value in upper case', /"kcv":"\w+"/, '"kcv":"ABCDEF"'],
  ['short-kcv', 'a check value of 2 bytes', /"kcv":"\w+"/, '"kcv":"abcd"'],
  ['wrap', 'an unknown wrapping', '"A256KW"', '"A128KW"'],
  ['wrap-proto', 'a wrapping named constructor', '"A256KW"', '"constructor"'],
  ['dek-24', 'a wrapped key of 24 bytes, an AES-128 key', /"dek":"[^"]+"/, dek(24)],
  ['dek-39', 'a wrapped key of 39 bytes', /"dek":"[^"]+"/, dek(39)],
  ['dek-41', 'a wrapped key of 41 bytes', /"dek":"[^"]+"/, dek(41)],
  ['dek-60', 'A256KW with 60 bytes', /"dek":"[^"]+"/, dek(60)],
  ['dek-unpadded', 'base64 without padding', '=="', '"'],
  ['dek-trailing-bits', 'base64 with bits behind the end', /.==/, '/=='],
  ['dek-url-safe', 'base64 of RFC 4648 section 5', /"dek":"../, '"dek":"-_'],
  ['dek-blank', 'a blank inside base64', /"dek":"/, '"dek":" '],
  ['escape', 'a letter as \\u0041', '"A256KW"', '"\\u0041256KW"'],
]);

const seventeen: BadRecipe = {
  ...WRONG,
  name: 'line2-seventeen',
  why: '17 slots',
  parts: (parts) => ({ ...parts, areaField: 3584, areaLength: 3584, line2: `${slots(17)}\n` }),
};

const area = (name: string, why: string, parts: (parts: Parts) => Parts): BadRecipe => ({
  ...WRONG,
  name: `area-${name}`,
  why,
  parts,
});

const areas: BadRecipe[] = [
  area('zero', 'area length 0', (parts) => ({ ...parts, areaField: 0 })),
  area('odd', 'area length 700, which it has', (parts) => ({
    ...parts,
    areaField: 700,
    areaLength: 700,
  })),
  area('beyond', 'an area longer than the file', (parts) => ({ ...parts, areaField: 65_024 })),
  area('too-large', 'area length 65 535', (parts) => ({ ...parts, areaField: 65_535 })),
  area('too-small', 'an area that cuts the lines', (parts) => ({
    ...parts,
    areaLength: 1024,
    line2: `[${slot(1)},${slot(2)},${slot(3)}]\n`,
  })),
  area('tabs', 'padding with tabs', (parts) => ({ ...parts, filler: '\t' })),
  area('nuls', 'padding with NUL', (parts) => ({ ...parts, filler: '\0' })),
  area('third-line', 'a third line', (parts) => ({ ...parts, line2: `${parts.line2}{}\n` })),
  area('no-line-2-end', 'line 2 without LF', (parts) => ({
    ...parts,
    line2: parts.line2.slice(0, -1),
  })),
  area('reserved', 'the reserved byte is 1', (parts) => ({
    ...parts,
    preamble: Buffer.from('89434c560d0a1a0a0101', 'hex'),
  })),
  area('version-2', 'version 2', (parts) => ({
    ...parts,
    preamble: Buffer.from('89434c560d0a1a0a0200', 'hex'),
  })),
  area('version-0', 'version 0', (parts) => ({
    ...parts,
    preamble: Buffer.from('89434c560d0a1a0a0000', 'hex'),
  })),
  {
    ...WRONG,
    name: 'area-cut',
    why: 'the file ends inside its header',
    file: (file) => file.subarray(0, 300),
  },
];

const magic = (name: string, why: string, file: (file: Buffer) => Buffer): BadRecipe => ({
  code: 'not-encrypted',
  name: `magic-${name}`,
  why,
  file,
});

const magics: BadRecipe[] = [
  magic('empty', 'an empty file', () => Buffer.alloc(0)),
  magic('cut', 'seven bytes of the magic', (file) => file.subarray(0, 7)),
  magic('plain', 'a text', () => Buffer.from('The quick brown fox jumps over the lazy dog.\n')),
  magic('unix', 'CR LF turned into LF', (file) =>
    Buffer.from(file.toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
  ),
  magic('seven-bits', 'the high bit is lost', (file) => Buffer.from(file.map((b) => b & 0x7f))),
  magic('shifted', 'one byte before the magic', (file) => Buffer.concat([Buffer.of(0), file])),
];

export const badHeaders: readonly BadRecipe[] = [
  ...magics,
  ...areas,
  ...line1,
  ...line2,
  seventeen,
];
