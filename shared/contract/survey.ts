import * as v from 'valibot';
import { keyStates } from '../keys.ts';
import { limits } from '../limits.ts';
import { idSchema } from '../ids.ts';
import { count, failureSchema, handle, list, nothing, shownPath, text } from './basics.ts';
import { draftSchema } from './work.ts';

/** The slots of one key version in the files of a survey (shared/survey.ts). */
const surveyedSchema = v.strictObject({
  key: idSchema,
  name: v.nullable(text()),
  version: count,
  state: v.nullable(v.picklist(keyStates)),
  newest: v.boolean(),
  files: count,
  alone: count,
  proved: v.nullable(count),
  refused: count,
});
export type SurveyedRow = v.InferOutput<typeof surveyedSchema>;

export const surveySchema = v.strictObject({
  ...{ files: count, encrypted: count, foreign: count, plain: count },
  ...{ damaged: count, unreadable: count, others: count },
  versions: list(surveyedSchema),
  /** Key versions that are not listed because there are too many. */
  unlisted: count,
  /** The first ones. */
  problems: list(
    v.strictObject({ name: text(limits.pathLength), folder: shownPath, reason: failureSchema }),
  ),
});
export type SurveyResult = v.InferOutput<typeof surveySchema>;

/** Which key versions the files of a folder need, by their headers. */
export const surveyCalls = {
  /** Asks for files or a folder; null if the dialog was cancelled. */
  'survey.pick': {
    input: v.strictObject({ what: v.picklist(['files', 'folder']) }),
    output: v.nullable(v.strictObject({ id: handle, first: shownPath, others: count })),
    unlocked: true,
    audit: 'none',
  },
  /** Without trying slots nothing is recorded, as nothing is proved. Events tell how far it is. */
  'survey.run': {
    input: v.strictObject({ id: handle, prove: v.boolean() }),
    output: surveySchema,
    unlocked: true,
    audit: 'by-service',
  },
  'survey.cancel': { input: nothing, output: nothing, unlocked: true, audit: 'none' },
  /** Puts what was surveyed into the draft. */
  'survey.draft': {
    input: v.strictObject({ id: handle }),
    output: draftSchema,
    unlocked: true,
    audit: 'none',
  },
} as const;
