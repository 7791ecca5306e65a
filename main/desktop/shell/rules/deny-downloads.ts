import type { Rule } from './rule.ts';

/** Nothing reaches the disk past the main process: files are written by it alone. */
export const denyDownloads: Rule = {
  name: 'downloads',
  points: [13],
  apply: ({ session }) => {
    session.on('will-download', (event) => event.preventDefault());
  },
};
