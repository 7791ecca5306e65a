/** The visual language of the window on paper: lengths in points, colours of the light theme. */

export const page = {
  size: 'A4',
  width: 595.28,
  height: 841.89,
  left: 48,
  right: 48,
  top: 52,
  /** The lowest line that content may reach; the foot is below it. */
  bottom: 841.89 - 64,
  foot: 841.89 - 44,
} as const;

export const contentWidth = page.width - page.left - page.right;
export const contentRight = page.width - page.right;

export const colour = {
  text: '#151b22',
  text2: '#434e5a',
  text3: '#5f6a77',
  line: '#e4e8ec',
  lineStrong: '#cdd4db',
  lineControl: '#808b97',
  sunken: '#f8f9fb',
  track: '#e3e8ed',
  surface: '#ffffff',
  accent: '#0d5c8a',
  accentFill: '#0f6394',
  accentTint: '#f0f6fa',
  accentLine: '#a6cbe1',
  ok: '#17714a',
  warn: '#855000',
  warnTint: '#fdf4e0',
  warnLine: '#e5c68a',
  bad: '#ad2a20',
  eval: '#75368f',
  evalTint: '#f7effb',
  evalLine: '#d5b3e4',
  data1: '#0f6394',
  data2: '#8496a5',
  dataBad: '#c2392d',
} as const;

export type Face = 'regular' | 'medium' | 'semibold' | 'mono';

export interface TextStyle {
  readonly face: Face;
  readonly size: number;
  /** Distance between baselines. */
  readonly leading: number;
  readonly colour: string;
}

const style = (
  face: Face,
  size: number,
  leading: number,
  ink: string = colour.text,
): TextStyle => ({ face, size, leading, colour: ink });

export const styles = {
  coverTitle: style('semibold', 26, 32),
  coverLead: style('regular', 12, 18, colour.text2),
  brand: style('semibold', 12.5, 16),
  figure: style('medium', 21, 26),
  heading1: style('semibold', 17, 24),
  heading2: style('semibold', 11.5, 17),
  label: style('regular', 8.5, 13, colour.text3),
  value: style('regular', 9, 13),
  valueStrong: style('medium', 9, 13),
  body: style('regular', 9.5, 14.5, colour.text2),
  notice: style('medium', 9.5, 14.5),
  mono: style('mono', 8, 12),
  monoSmall: style('mono', 7, 10.5, colour.text2),
  tableHead: style('medium', 7.5, 10, colour.text3),
  cell: style('regular', 8, 11),
  cellStrong: style('medium', 8, 11),
  cellSmall: style('regular', 7, 9.5, colour.text3),
  axis: style('regular', 7.5, 10, colour.text3),
  foot: style('regular', 7.5, 10, colour.text3),
  footMono: style('mono', 6.8, 10, colour.text3),
} as const;
