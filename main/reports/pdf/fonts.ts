import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Face } from './theme.ts';
import type { Document } from './internals.ts';

/** Fonts by the names they are registered under. */
export type FontName = Face | 'latin' | 'arabic' | 'hebrew' | 'thai' | 'emoji' | 'han' | 'hangul';

const require = createRequire(import.meta.url);

/** TrueType files of the SIL Open Font License; only the glyphs in use are embedded. */
const files: Readonly<Record<FontName, () => string>> = {
  regular: () =>
    require.resolve('@expo-google-fonts/ibm-plex-sans/400Regular/IBMPlexSans_400Regular.ttf'),
  medium: () =>
    require.resolve('@expo-google-fonts/ibm-plex-sans/500Medium/IBMPlexSans_500Medium.ttf'),
  semibold: () =>
    require.resolve('@expo-google-fonts/ibm-plex-sans/600SemiBold/IBMPlexSans_600SemiBold.ttf'),
  mono: () =>
    require.resolve('@expo-google-fonts/ibm-plex-mono/400Regular/IBMPlexMono_400Regular.ttf'),
  latin: () => require.resolve('@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf'),
  arabic: () =>
    require.resolve('@expo-google-fonts/ibm-plex-sans-arabic/400Regular/IBMPlexSansArabic_400Regular.ttf'),
  hebrew: () =>
    require.resolve('@expo-google-fonts/noto-sans-hebrew/400Regular/NotoSansHebrew_400Regular.ttf'),
  thai: () =>
    require.resolve('@expo-google-fonts/noto-sans-thai/400Regular/NotoSansThai_400Regular.ttf'),
  emoji: () => require.resolve('@expo-google-fonts/noto-emoji/400Regular/NotoEmoji_400Regular.ttf'),
  han: () =>
    require.resolve('@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf'),
  hangul: () =>
    require.resolve('@expo-google-fonts/noto-sans-kr/400Regular/NotoSansKR_400Regular.ttf'),
};

/**
 * The fonts to try, in this order, for a character that the text's font lacks. Greek, Cyrillic and
 * Vietnamese are in IBM Plex itself; Devanagari is in Noto Sans.
 */
export const fallbacks: readonly FontName[] = [
  'regular',
  'latin',
  'arabic',
  'hebrew',
  'thai',
  'emoji',
  'han',
  'hangul',
];

/** Names the fonts; a file is opened when its font is used first. */
export const registerFonts = (doc: Document): void => {
  for (const [name, path] of Object.entries(files))
    doc.registerFont(name, name === 'mono' ? padded(path()) : path());
};

/**
 * In this file the empty glyphs, like the space, are at the very end, and fontkit reads the header
 * of a glyph (10 bytes) before it sees that the glyph is empty.
 */
const padded = (path: string): Buffer => Buffer.concat([readFileSync(path), Buffer.alloc(10)]);
