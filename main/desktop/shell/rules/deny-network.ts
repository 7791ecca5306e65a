import { isOwnPage } from '../pages.ts';
import type { Rule } from './rule.ts';

/** Checklist 1 and 18: nothing but our own pages is ever loaded. */
export const denyNetwork: Rule = {
  name: 'network',
  points: [1, 18],
  apply: ({ session }) => {
    session.webRequest.onBeforeRequest(({ url }, answer) =>
      answer({ cancel: !isOwnPage(url) && !url.startsWith('devtools://') }),
    );
    // The spell checker would fetch its dictionaries.
    session.setSpellCheckerEnabled(false);
  },
};
