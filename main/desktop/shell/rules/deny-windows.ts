import type { Rule } from './rule.ts';

/** Checklist 14 and 15: no second window, and nothing opens in the system's browser. */
export const denyWindows: Rule = {
  name: 'windows',
  points: [14, 15],
  apply: ({ onContents }) =>
    onContents((contents) => contents.setWindowOpenHandler(() => ({ action: 'deny' }))),
};
