/** Shapes of 14 by 14. Each has one meaning everywhere. */
export const glyphs = {
  pre: { ring: 5, dashed: true },
  active: { disc: 5.5 },
  suspended: { path: 'M2.5 1.5h3v11h-3zM8.5 1.5h3v11h-3z' },
  ring: { ring: 4.9 },
  compromised: {
    path: 'M7 .3 13.7 7 7 13.7.3 7zM6.2 3.7v4.1h1.6V3.7zm0 5.1v1.6h1.6V8.8z',
  },
  cross: { stroke: 'M2.6 2.6l8.8 8.8M11.4 2.6l-8.8 8.8' },
  good: {
    path: 'M7 1a6 6 0 1 0 0 12A6 6 0 0 0 7 1zm3.3 4.5L6.3 9.9 3.7 7.4l1-1 1.5 1.5 3-3.4z',
  },
  failed: {
    path: 'M4.4.9h5.2l3.5 3.5v5.2l-3.5 3.5H4.4L.9 9.6V4.4zM5 4.1l-.9.9 2 2-2 2 .9.9 2-2 2 2 .9-.9-2-2 2-2-.9-.9-2 2z',
  },
  warning: { path: 'M7 .8 13.6 12.6H.4zM6.2 5v3.8h1.6V5zm0 4.9v1.5h1.6V9.9z' },
  waiting: { ring: 4.9, path: 'M7 2a5 5 0 0 1 0 10z' },
  none: { path: 'M3 6.3h8v1.4H3z' },
} as const satisfies Record<string, Shape>;

export interface Shape {
  readonly disc?: number;
  readonly ring?: number;
  readonly dashed?: boolean;
  readonly path?: string;
  readonly stroke?: string;
}

export type GlyphName = keyof typeof glyphs;

/** The colour that goes with a shape; the word beside it says the same. */
export const glyphTones: Readonly<Record<GlyphName, string>> = {
  pre: 'accent',
  active: 'ok',
  suspended: 'warn',
  ring: 'quiet',
  compromised: 'bad',
  cross: 'quiet',
  good: 'ok',
  failed: 'bad',
  warning: 'warn',
  waiting: 'quiet',
  none: 'quiet',
};
