/** Limit of nested objects and lists: more than any record needs, few enough for every reader. */
const MAX_DEPTH = 32;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c] as const;
const [OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d] as const;

/** Offset in bytes where a JSON text is nested too deeply; null if it is not. */
export const tooDeepAt = (text: string): number | null => {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (isInString) {
      if (unit === BACKSLASH) at += 1;
      else if (unit === QUOTE) isInString = false;
    } else if (unit === QUOTE) isInString = true;
    else if (unit === OPEN || unit === OPEN_LIST) {
      depth += 1;
      if (depth > MAX_DEPTH) return Buffer.byteLength(text.slice(0, at));
    } else if (unit === CLOSE || unit === CLOSE_LIST) depth -= 1;
  }
  return null;
};

/** Whether a JSON text has more than this many values, not counting text in strings. */
export const hasMoreValues = (text: string, most: number): boolean => {
  let values = 0;
  let isInString = false;
  for (let at = 0; at < text.length && values <= most; at += 1) {
    const unit = text.charCodeAt(at);
    if (isInString) {
      if (unit === BACKSLASH) at += 1;
      else if (unit === QUOTE) isInString = false;
    } else if (unit === QUOTE) isInString = true;
    else if (unit === COMMA) values += 1;
  }
  return values > most;
};
