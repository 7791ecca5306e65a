import type { Overview } from '../../../shared/contract/overview.ts';

type Day = Overview['activity'][number];

/** Height of the drawing at the usual text size, in rem; the chart is drawn in CSS pixels. */
export const CHART_REM = 7.625;
const REM = 16;
const AXIS_WIDTH = 36;
const RIGHT = 4;
const TOP = 14;
const LABELS_HEIGHT = 22;
/** Share of a day's place that its bar takes. */
const BAR = 0.68;
const GAP = 1.5;
const FAULT_ABOVE = 11;

/** The room of the bars, in CSS pixels: margins grow with the text, the rest with the window. */
export interface Plot {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** @param height CHART_REM at the text size that is set */
export const plotOf = (width: number, height: number): Plot => {
  const text = height / (CHART_REM * REM);
  return {
    width,
    height,
    left: AXIS_WIDTH * text,
    right: width - RIGHT,
    top: TOP * text,
    bottom: height - LABELS_HEIGHT * text,
  };
};

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
const roundUp = (value: number): number => {
  if (value <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 4, 5, 8, 10].find((step) => step * power >= value) ?? 10;
  return factor * power;
};

/** The grid's top value; decrypted files stand on the encrypted ones. */
export const scaleOf = (days: readonly Day[]): number =>
  roundUp(Math.max(0, ...days.map((day) => day.encrypted + day.decrypted)));

export const yOf = ({ top, bottom }: Plot, value: number, scale: number): number =>
  bottom - (value / scale) * (bottom - top);

export const barsOf = (plot: Plot, days: readonly Day[], scale: number): readonly Bar[] => {
  const step = (plot.right - plot.left) / Math.max(1, days.length);
  const width = step * BAR;
  return days.map((day, index) => {
    const first = yOf(plot, day.encrypted, scale);
    const lift = day.encrypted > 0 ? GAP : 0;
    const second = yOf(plot, day.encrypted + day.decrypted, scale) - lift;
    const parts = [
      { series: 1 as const, y: first, height: plot.bottom - first },
      { series: 2 as const, y: second, height: Math.max(0, first - lift - second) },
    ].filter(({ height }) => height > 0);
    const top = Math.min(plot.bottom, ...parts.map(({ y }) => y));
    return {
      day: day.day,
      x: plot.left + index * step + (step - width) / 2,
      width,
      parts,
      fault: day.failed > 0 ? top - FAULT_ABOVE : null,
    };
  });
};
