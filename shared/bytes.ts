import { once } from './once.ts';

const whole = once(() => new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 }));
const oneDigit = once(() => new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 }));

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Decimal units, as file managers show: 18.6 GB, 184 MB, 4.1 kB, 512 B. */
export const formatBytes = (bytes: number): string => {
  let amount = bytes;
  let unit = 0;
  while (Math.round(amount) >= 1000 && unit < UNITS.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && amount < 100 ? oneDigit() : whole();
  return `${digits.format(amount)} ${UNITS[unit] ?? ''}`;
};
