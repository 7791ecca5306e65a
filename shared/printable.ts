import { once } from './once.ts';

/*
 * Text that comes from outside (names, labels, ledger lines, reports) may hold characters that are
 * not seen and change what is: they move a cursor, turn the order of letters round or hide a part.
 */

const JOINING_SCRIPTS = ['Arab', 'Syrc', 'Mong', 'Deva', 'Beng', 'Guru', 'Gujr', 'Orya', 'Taml']
  .concat(['Telu', 'Knda', 'Mlym', 'Sinh', 'Khmr', 'Mymr'])
  .map((script) => `\\p{sc=${script}}`)
  .join('');

/** Kept as they are: whole emoji, and joiners where a script is written with them. */
const joined = `\\p{RGI_Emoji}|(?<=[${JOINING_SCRIPTS}])[\\u200C\\u200D]`;
const unseen = '[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]';
const pattern = once(() => new RegExp(`(${joined})|${unseen}`, 'gv'));

/** Nearly all texts: the pattern for the others takes milliseconds to make. */
const plain = /^[\x20-\x7e]*$/;

const replaceUnseen = (text: string, spell: (character: string) => string): string =>
  plain.test(text)
    ? text
    : text.replace(pattern(), (character: string, kept?: string) => kept ?? spell(character));

/** One line of text in which everything that is not seen is spelt out, like `\u{202e}`. */
export const printable = (text: string): string =>
  replaceUnseen(text, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);

/** A JSON text that says the same, with what is not seen spelt as JSON does it, like `\u202e`. */
export const printableJson = (json: string): string =>
  json
    .split('\n')
    .map((line) => replaceUnseen(line, inJson))
    .join('\n');

const inJson = (character: string): string =>
  Array.from({ length: character.length }, (_, at) => {
    const unit = character.charCodeAt(at).toString(16);
    return `\\u${unit.padStart(4, '0')}`;
  }).join('');
