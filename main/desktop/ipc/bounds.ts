/** More than any genuine call needs: entries of all lists and objects together, and characters. */
const NODES = 60_000;
const CHARACTERS = 8 * 1024 * 1024;

/** Whether a value is small enough to be validated. Stops as soon as it is too large. */
export const isBounded = (value: unknown): boolean => {
  const open: unknown[] = [value];
  let nodes = 0;
  let characters = 0;
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === 'string') characters += next.length;
    else if (typeof next === 'object' && next !== null) {
      if (!isPlain(next)) return false;
      const entries: readonly unknown[] = Array.isArray(next) ? next : Object.values(next);
      nodes += entries.length;
      if (nodes > NODES) return false;
      open.push(...entries);
    }
    if (characters > CHARACTERS) return false;
  }
  return true;
};

/** Structured cloning also passes maps, buffers and dates; the contract has none of them. */
const isPlain = (value: object): boolean =>
  Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
