/**
 * Makes a value at its first use and keeps it: what takes milliseconds to make must not delay each
 * start of the program.
 */
export const once = <Value>(make: () => Value): (() => Value) => {
  let made: { readonly value: Value } | null = null;
  return () => (made ??= { value: make() }).value;
};
