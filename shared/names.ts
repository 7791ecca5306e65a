import { once } from './once.ts';

const natural = once(() => new Intl.Collator('en', { numeric: true }));

/** The order in which names are listed: part 1, part 2, part 10. */
export const compareNames = (a: string, b: string): number =>
  natural().compare(a, b) || (a < b ? -1 : Number(a > b));
