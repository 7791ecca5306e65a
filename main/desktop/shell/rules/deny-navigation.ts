import type { Rule } from './rule.ts';

/** Checklist 13: the window stays on the page that main has loaded. */
export const denyNavigation: Rule = {
  name: 'navigation',
  points: [13],
  apply: ({ onContents }) =>
    onContents((contents) => {
      contents.on('will-navigate', (event) => event.preventDefault());
      contents.on('will-frame-navigate', (event) => event.preventDefault());
      contents.on('will-redirect', (event) => event.preventDefault());
    }),
};
