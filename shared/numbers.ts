import { once } from './once.ts';

const whole = once(() => new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 }));

/** 64,964 */
export const n = (value: number): string => whole().format(value);

/** 1 file, 1,284 files */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${n(value)} ${value === 1 ? one : many}`;
