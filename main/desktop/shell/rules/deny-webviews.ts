import type { Rule } from './rule.ts';

/** Checklist 11 and 12: no page is embedded. */
export const denyWebviews: Rule = {
  name: 'webviews',
  points: [11, 12],
  apply: ({ onContents }) =>
    onContents((contents) => contents.on('will-attach-webview', (event) => event.preventDefault())),
};
