import * as v from 'valibot';
import { exportSteps, renderings, reportKinds } from '../reports.ts';
import {
  batchId,
  count,
  failureSchema,
  handle,
  hash,
  keyId,
  list,
  nothing,
  positive,
  shownPath,
  text,
  time,
} from './basics.ts';

const outcome = v.picklist(['ok', 'refused', 'failed']);

/** Which records; times: `since` ≤ time < `until`. */
export const reportFilterSchema = v.strictObject({
  since: v.exactOptional(time),
  until: v.exactOptional(time),
  key: v.exactOptional(keyId),
  batch: v.exactOptional(batchId),
  user: v.exactOptional(text()),
  /** Actions like `key.create` and groups of them like `key.`, separated by commas. */
  action: v.exactOptional(text()),
  outcome: v.exactOptional(outcome),
});
export type ReportFilter = v.InferOutput<typeof reportFilterSchema>;

const request = v.strictObject({ kind: v.picklist(reportKinds), filter: reportFilterSchema });
const range = v.strictObject({ first: positive, last: count });
const counts = v.strictObject({ searched: count, included: count, omitted: count });

/** A report that was exported before this one. */
const previousSchema = v.strictObject({
  kind: v.picklist(reportKinds),
  made: time,
  /** Records under its closing checkpoint. */
  size: count,
});

/** What a report made now would contain. */
export const previewSchema = v.strictObject({
  range,
  counts,
  /** Times of its first and last record. */
  from: v.nullable(time),
  to: v.nullable(time),
  /** Records about single files. */
  receipts: count,
  /** The users of its records. */
  users: count,
  /** Users to choose from: those of records that match everything except user and action. */
  knownUsers: list(text()),
  /** Approximate size of each file, in bytes. */
  sizes: v.strictObject({
    json: count,
    csv: count,
    /** null if a PDF is not possible, because there are more records than `mostOnPaper`. */
    pdf: v.nullable(v.strictObject({ pages: positive, bytes: count })),
    mostOnPaper: count,
  }),
  /** The PDF will carry a signature of the vault's report key. */
  signsPdf: v.boolean(),
  /** A checkpoint closes the records before the range. */
  opening: v.boolean(),
  /** Whether its checkpoint is proved to be in the ledger; null if there is no previous report. */
  previous: v.nullable(v.strictObject({ ...previousSchema.entries, inside: v.boolean() })),
  /** Replies of time-stamping authorities that will be inside. */
  timestamps: count,
  /** What it will not prove, in sentences. */
  limits: list(text()),
  /** Why this report cannot be made. */
  refusal: v.nullable(failureSchema),
});
export type Preview = v.InferOutput<typeof previewSchema>;

const format = v.picklist(['json', ...renderings]);
const fileSchema = v.strictObject({
  /** To show it in the file manager. */
  id: handle,
  format,
  path: shownPath,
  bytes: count,
  sha256: hash,
});

export const exportedSchema = v.strictObject({
  /** Number of the record of the export. */
  record: positive,
  counts,
  range,
  /** Records under the closing checkpoint. */
  size: count,
  /** Of the key that signed. */
  fingerprint: hash,
  files: list(fileSchema),
});
export type Exported = v.InferOutput<typeof exportedSchema>;

/** A past export, from the ledger. */
const pastReportSchema = v.strictObject({
  record: positive,
  kind: v.picklist(reportKinds),
  made: time,
  user: text(),
  filter: reportFilterSchema,
  range,
  counts,
  /** It was cancelled; what had been written was removed. */
  cancelled: v.boolean(),
  files: list(v.strictObject({ ...fileSchema.entries, present: v.boolean() })),
});
export type PastReport = v.InferOutput<typeof pastReportSchema>;

export const exportStepSchema = v.picklist(exportSteps);

export const reportCalls = {
  /** Only counts; the records themselves are not sent. */
  'reports.preview': { input: request, output: previewSchema, unlocked: true, audit: 'none' },
  /** Asks where; null if the dialog was cancelled. The JSON is always written. */
  'reports.export': {
    input: v.strictObject({
      ...request.entries,
      title: v.pipe(text(), v.minLength(1)),
      also: v.pipe(
        list(v.picklist(renderings)),
        v.check((also) => new Set(also).size === also.length),
      ),
    }),
    output: v.nullable(exportedSchema),
    unlocked: true,
    audit: 'by-service',
  },
  /** Cancels the running export, if any, leaving no file behind. */
  'reports.cancel': { input: nothing, output: nothing, unlocked: true, audit: 'by-service' },
  /** Newest first. The view is recorded. */
  'reports.past': {
    input: nothing,
    output: v.strictObject({ reports: list(pastReportSchema), total: count }),
    unlocked: true,
    audit: 'by-service',
  },
  /** Shows an exported file in the file manager. */
  'reports.reveal': {
    input: v.strictObject({ id: handle }),
    output: nothing,
    unlocked: true,
    audit: 'none',
  },
} as const;
