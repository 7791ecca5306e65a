import type { Rule } from './rule.ts';

/** Only the main process writes files. */
export const denyDownloads: Rule = {
  name: 'downloads',
  points: [13],
  apply: ({ session }) => {
    session.on('will-download', (event) => event.preventDefault());
  },
};
