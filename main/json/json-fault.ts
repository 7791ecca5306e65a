/** RFC 8259: one token, or the blanks between two. The group catches strings. */
const TOKEN =
  /("(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|[{}[\],:]|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[ \t\r\n]+/y;

/** What may come next; `start` also allows an array or object to end at once. */
type Expected = 'value' | 'value-start' | 'name' | 'name-start' | 'colon' | 'after' | 'end';

/**
 * Offset in bytes of the first token that keeps a text from being JSON; the text's length where
 * it only ends too early. (JSON.parse names no position that can be relied on.)
 */
export const jsonFault = (text: string): number => {
  const open: string[] = [];
  let expected: Expected = 'value';
  const tokens = new RegExp(TOKEN);
  let at = 0;
  while (at < text.length) {
    tokens.lastIndex = at;
    const match = tokens.exec(text);
    const next: Expected | null =
      match === null ? null : step(expected, match[0], match[1] !== undefined, open);
    if (match === null || next === null) break;
    expected = next;
    at += match[0].length;
  }
  return Buffer.byteLength(text.slice(0, at));
};

const step = (
  expected: Expected,
  token: string,
  isString: boolean,
  open: string[],
): Expected | null => {
  if (/^\s/.test(token)) return expected;
  if (token === '}' || token === ']') return close(expected, token, open);
  if (expected === 'colon') return token === ':' ? 'value' : null;
  if (expected === 'name' || expected === 'name-start') return isString ? 'colon' : null;
  if (expected === 'after') return comma(token, open);
  return expected === 'end' ? null : value(token, open);
};

const close = (expected: Expected, token: string, open: string[]): Expected | null => {
  const start = token === '}' ? 'name-start' : 'value-start';
  const fits = open.at(-1) === (token === '}' ? '{' : '[');
  if (!fits || (expected !== 'after' && expected !== start)) return null;
  open.pop();
  return open.length === 0 ? 'end' : 'after';
};

const comma = (token: string, open: readonly string[]): Expected | null => {
  if (token !== ',') return null;
  return open.at(-1) === '{' ? 'name' : 'value';
};

const value = (token: string, open: string[]): Expected | null => {
  if (token === ',' || token === ':') return null;
  if (token !== '{' && token !== '[') return open.length === 0 ? 'end' : 'after';
  open.push(token);
  return token === '{' ? 'name-start' : 'value-start';
};
