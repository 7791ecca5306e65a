import { type Bidi, newBidi } from './bidi.ts';
import type { FontName } from './fonts.ts';

/** A piece of text in one font and one direction. */
export interface Run {
  readonly text: string;
  readonly font: FontName;
}

/** The font that has all characters of a grapheme, or null. */
export type FontFor = (grapheme: string) => FontName | null;

// Everything that could hide or reorder text on paper: file names are untrusted.
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
const joinedPictographs =
  /(?<=\p{Extended_Pictographic}\ufe0f?\p{Emoji_Modifier}?)\u200d(?=\p{Extended_Pictographic})/gu;
const rightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}]/u;
const JOINER_IN_EMOJI = '\ue000';

/** A character in ASCII, as the command line prints it as well. */
export const escaped = (text: string): string =>
  Array.from(text, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`).join('');

/** Untrusted text with invisible characters escaped. Joiners inside emoji stay. */
export const visible = (text: string): string =>
  text
    .replaceAll(JOINER_IN_EMOJI, escaped(JOINER_IN_EMOJI))
    .replace(joinedPictographs, JOINER_IN_EMOJI)
    .replace(hidden, (character) =>
      character === JOINER_IN_EMOJI ? '\u200d' : escaped(character),
    );

/** Cuts text into runs in the order in which they are drawn, from left to right. */
export class RunCutter {
  readonly #bidi: Bidi = newBidi();
  readonly #graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

  graphemes(text: string): string[] {
    return Array.from(this.#graphemes.segment(text), ({ segment }) => segment);
  }

  /** `text` is one line, already `visible`. */
  cut(text: string, fontFor: FontFor): Run[] {
    if (!rightToLeft.test(text)) return this.#byFont(text, fontFor);
    const embedding = this.#bidi.getEmbeddingLevels(text, 'ltr');
    const { levels } = embedding;
    const visual = this.#bidi.getReorderedIndices(text, embedding);
    const placeOf = ({ start }: LevelPiece): number => visual.indexOf(start);
    return levelPieces(text, levels)
      .sort((a, b) => placeOf(a) - placeOf(b))
      .flatMap((piece) => {
        const runs = this.#byFont(this.#mirrored(text, piece, levels), fontFor);
        const drawn = runs.map((run) => directed(run, piece.level));
        return piece.level % 2 === 0 ? drawn : drawn.reverse();
      });
  }

  #mirrored(text: string, { start, end }: LevelPiece, levels: Uint8Array): string {
    const mirrored = this.#bidi.getMirroredCharactersMap(text, levels, start, end - 1);
    const characters = Array.from({ length: end - start }, (_, at) => {
      const index = start + at;
      return mirrored.get(index) ?? text.charAt(index);
    });
    return characters.join('');
  }

  #byFont(text: string, fontFor: FontFor): Run[] {
    const runs: { text: string; font: FontName }[] = [];
    for (const grapheme of this.graphemes(text)) {
      const found = fontFor(grapheme);
      const font = found ?? 'regular';
      const drawn = found === null ? escaped(grapheme) : grapheme;
      const last = runs.at(-1);
      if (last?.font === font) last.text += drawn;
      else runs.push({ text: drawn, font });
    }
    return runs;
  }
}

interface LevelPiece {
  readonly start: number;
  end: number;
  readonly level: number;
}

const levelPieces = (text: string, levels: Uint8Array): LevelPiece[] => {
  const pieces: LevelPiece[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const level = levels[at] ?? 0;
    const last = pieces.at(-1);
    if (last?.level === level) last.end = at + 1;
    else pieces.push({ start: at, end: at + 1, level });
  }
  return pieces;
};

/** Fonts of right-to-left scripts reverse their runs themselves; for others it is done here. */
const directed = (run: Run, level: number): Run => {
  const turned = level % 2 === 0 || rightToLeft.test(run.text);
  return turned ? run : { ...run, text: Array.from(run.text).reverse().join('') };
};
