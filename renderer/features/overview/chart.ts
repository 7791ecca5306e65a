import type { Overview } from '../../../shared/contract/overview.ts';

type Day = Overview['activity'][number];

export const plot = {
  width: 608,
  height: 122,
  left: 36,
  right: 604,
  top: 14,
  bottom: 100,
} as const;
const BAR = 12.9;
const GAP = 1.5;

export interface Bar {
  readonly day: string;
  readonly x: number;
  readonly width: number;
  readonly parts: readonly {
    readonly series: 1 | 2;
    readonly y: number;
    readonly height: number;
  }[];
  /** Top of the triangle over a day with failures. */
  readonly fault: number | null;
}

/** A round number at or above a value: 1, 2, 4, 5 or 8 times a power of ten. */
export const roundUp = (value: number): number => {
  if (value <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 4, 5, 8, 10].find((step) => step * power >= value) ?? 10;
  return factor * power;
};

/** The grid's top value; decrypted files stand on the encrypted ones. */
export const scaleOf = (days: readonly Day[]): number =>
  roundUp(Math.max(0, ...days.map((day) => day.encrypted + day.decrypted)));

export const yOf = (value: number, scale: number): number =>
  plot.bottom - (value / scale) * (plot.bottom - plot.top);

export const barsOf = (days: readonly Day[], scale: number): readonly Bar[] => {
  const step = (plot.right - plot.left) / Math.max(1, days.length);
  return days.map((day, index) => {
    const first = yOf(day.encrypted, scale);
    const lift = day.encrypted > 0 ? GAP : 0;
    const second = yOf(day.encrypted + day.decrypted, scale) - lift;
    const parts = [
      { series: 1 as const, y: first, height: plot.bottom - first },
      { series: 2 as const, y: second, height: Math.max(0, first - lift - second) },
    ].filter(({ height }) => height > 0);
    const top = Math.min(plot.bottom, ...parts.map(({ y }) => y));
    return {
      day: day.day,
      x: plot.left + index * step + (step - BAR) / 2,
      width: BAR,
      parts,
      fault: day.failed > 0 ? top - 11 : null,
    };
  });
};
