import * as v from 'valibot';
import { limits } from '../limits.ts';
import { list } from './basics.ts';
import { comparisonSchema } from './checkpoints.ts';
import { reportVerdictSchema } from './verify.ts';
import { draftSchema } from './work.ts';

const paths = list(
  v.pipe(v.string(), v.minLength(1), v.maxLength(limits.pathLength)),
  limits.draftItems,
);

/**
 * The kinds of drops. Dropped files have a separate channel that only the preload script uses: it
 * gets their paths from the browser, so a script in the page cannot name a path.
 */
export const drops = {
  /** Adds files and folders to the draft. */
  'draft.drop': { input: paths, output: draftSchema, unlocked: true, audit: 'none' },
  /** Verifies reports; no vault is needed for that. */
  'verify.drop': {
    input: paths,
    output: reportVerdictSchema,
    unlocked: false,
    audit: 'by-service',
  },
  /** Compares the file of a saved checkpoint with the ledger. */
  'checkpoints.drop': {
    input: paths,
    output: comparisonSchema,
    unlocked: true,
    looking: true,
    audit: 'by-service',
  },
} as const;
