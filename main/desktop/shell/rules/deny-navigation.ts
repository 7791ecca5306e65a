import type { Rule } from './rule.ts';

/** Checklist 13: the window stays on its page. Main loads it; nothing in it leads elsewhere. */
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
