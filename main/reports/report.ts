import * as v from 'valibot';
import { vaultIdSchema } from '../../shared/ids.ts';
import { reportKinds } from '../../shared/reports.ts';
import { utcTimeSchema } from '../../shared/time.ts';

/*
 * The JSON document of a report (docs/verify-a-report.md): the authority that CSV and PDF render.
 * All numbers are integers, so that its text is the same in every language's JSON.
 */

/** What is written. Reports of the first format are verified as well. */
export const REPORT_FORMAT = 'claviger-report/2';
const FIRST_FORMAT = 'claviger-report/1';
export const REPORT_FORMATS = [FIRST_FORMAT, REPORT_FORMAT] as const;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const sequence = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits'));
const hashes = v.array(hash);

/**
 * One line of the ledger, its text exactly as it is in the file, without the LF, and its leaf hash
 * (RFC 6962 §2.1): where a text was changed, the leaves still lead to the root and so name it.
 */
const recordSchema = v.strictObject({ seq: sequence, leaf: hash, line: v.string() });

/** A signed checkpoint, whole and in parts that other people's tools take as they are. */
const checkpointSchema = v.strictObject({
  origin: v.string(),
  /** How many records it covers. */
  size: count,
  /** Merkle tree hash over them (RFC 6962 §2.1), hex. */
  root: hash,
  /** The whole signed note (C2SP signed-note). */
  note: v.string(),
  /** The bytes that are signed: three lines, each with its LF. */
  text: v.string(),
  /** The bare signature, base64: 64 bytes (Ed25519) or DER (ECDSA). */
  signature: v.string(),
});

/** What the reader asked for. Times: `since` ≤ time < `until`. */
const filterSchema = v.strictObject({
  since: v.optional(utcTimeSchema),
  until: v.optional(utcTimeSchema),
  /** Key id. */
  key: v.optional(v.string()),
  batch: v.optional(v.string()),
  /** Who acted: the operating system's user name. */
  user: v.optional(v.string()),
  /** Actions like `key.create` and groups of them like `key.`, separated by commas. */
  action: v.optional(v.string()),
  outcome: v.optional(v.picklist(['ok', 'refused', 'failed'])),
});

/** What the vault says besides records: keys, custodians, what the token was seen to do. */
const tableSchema = v.strictObject({
  title: v.string(),
  columns: v.array(v.string()),
  rows: v.array(v.array(v.string())),
});

const actorSchema = v.strictObject({
  user: v.string(),
  host: v.string(),
  app: v.string(),
  token: v.nullable(v.strictObject({ label: v.string(), serial: v.string() })),
});

const claims = {
  kind: v.picklist(reportKinds),
  title: v.string(),
  made: utcTimeSchema,
  by: actorSchema,
  vault: v.strictObject({
    id: vaultIdSchema,
    /** Of its folder when the report was made; earlier reports do not say it. */
    name: v.optional(v.string()),
    epoch: sequence,
    /** When the ledger began. */
    created: utcTimeSchema,
    evaluation: v.boolean(),
    /** What the anchor in the token proves of the ledger's end, in words. */
    anchor: v.string(),
  }),
  token: v.strictObject({
    label: v.string(),
    serial: v.string(),
    manufacturer: v.string(),
    model: v.string(),
    firmware: v.string(),
  }),
  filter: filterSchema,
  /** The records among which was searched; both ends belong to it; last = first − 1 where there are none. */
  range: v.strictObject({ first: sequence, last: count }),
  counts: v.strictObject({ searched: count, included: count, omitted: count }),
  /** SHA-256 over the included lines, each with its LF. */
  recordsSha256: hash,
  tables: v.array(tableSchema),
  /** The report before this one: its checkpoint, and the SHA-256 of its file where that is known. */
  previous: v.nullable(
    v.strictObject({ size: count, root: hash, sha256: v.nullable(hash), made: utcTimeSchema }),
  ),
  /** Records at whose writing the vault was locked: covered only by the next checkpoint. */
  unsignedWhenMade: v.array(v.strictObject({ first: sequence, last: sequence })),
  /** What this report does not prove, in sentences. */
  limits: v.array(v.string()),
};

const publicKey = {
  algorithm: v.picklist(['Ed25519', 'ECDSA-P256-SHA256']),
  /** SubjectPublicKeyInfo, PEM. */
  pem: v.string(),
  /** SHA-256 of the DER SubjectPublicKeyInfo, hex: what is compared by eye or by telephone. */
  fingerprint: hash,
  /** The verifier key of C2SP signed-note. */
  vkey: v.string(),
};

/** What the two formats have in common. */
const common = {
  /** What was asked for, in order. */
  records: v.array(recordSchema),
  /**
   * Proves all these lines at once under the closing checkpoint: the RFC 6962 audit paths of all
   * leaves, merged; the hashes of the subtrees that hold none of them, from left to right.
   */
  inclusion: hashes,
  checkpoints: v.strictObject({
    /** The newest one at or before the record before the range; null where there is none. */
    opening: v.nullable(checkpointSchema),
    closing: checkpointSchema,
  }),
  /** RFC 6962 §2.1.2 proofs that end at the closing checkpoint. */
  consistency: v.strictObject({
    fromOpening: v.nullable(hashes),
    fromPrevious: v.nullable(hashes),
  }),
  /** RFC 3161 replies over the note of a checkpoint, base64 (DER). */
  timestamps: v.array(v.strictObject({ size: count, note: v.string(), reply: v.string() })),
};

const statementSchema = v.strictObject({
  ...claims,
  /** The head under the opening checkpoint, so that it cannot be left out later. */
  opening: v.nullable(v.strictObject({ size: count, root: hash })),
  /** SHA-256 of each time stamp's reply. */
  timestamps: hashes,
  /** How many records at the beginning of the ledger count without a session's mark. */
  carried: sequence,
});

const currentSchema = v.strictObject({
  format: v.literal(REPORT_FORMAT),
  /** What the report claims. Its SHA-256 is in the record of the export, so it cannot be changed. */
  statement: statementSchema,
  evidence: v.strictObject({
    /** Record 1, which names the public key. */
    first: recordSchema,
    /** The record before the range; null where the range starts with record 1. */
    before: v.nullable(recordSchema),
    /** Those that follow the range: one that is later than the time, or all up to the export. */
    after: v.array(recordSchema),
    /** The record of this export. */
    export: recordSchema,
  }),
  ...common,
  key: v.strictObject(publicKey),
});

/** What reports of the first format said of their key, unsigned. */
const BINDING =
  'Made in the token as non-extractable and sensitive, read back after creation; the program signs nothing but checkpoints with it. The first record of the ledger names it.';

const firstSchema = v.strictObject({
  format: v.literal(FIRST_FORMAT),
  statement: v.strictObject(claims),
  evidence: v.strictObject({ first: recordSchema, export: recordSchema }),
  ...common,
  key: v.strictObject({ ...publicKey, binding: v.literal(BINDING) }),
});

export const reportSchema = v.variant('format', [currentSchema, firstSchema]);

/** A report as it is made now. */
export type ReportDocument = v.InferOutput<typeof currentSchema>;
/** A report of either format, to be verified. */
export type AnyReport = v.InferOutput<typeof reportSchema>;
export type ReportStatement = v.InferOutput<typeof statementSchema>;
export type ReportFilter = v.InferOutput<typeof filterSchema>;
export type ReportTable = v.InferOutput<typeof tableSchema>;
export type ReportCheckpoint = v.InferOutput<typeof checkpointSchema>;
export type ReportPublicKey = ReportDocument['key'];
export type ReportRecord = v.InferOutput<typeof recordSchema>;

/** Every record that stands beside those asked for. */
export const evidenceRecords = (evidence: AnyReport['evidence']): ReportRecord[] => [
  evidence.first,
  ...('before' in evidence && evidence.before !== null ? [evidence.before] : []),
  ...('after' in evidence ? evidence.after : []),
  evidence.export,
];

/** Records put into one piece: bounds how long whoever writes them is kept busy. */
const PORTION = 2_000;
const NO_RECORDS = '\n "records": []';

/** The bytes of a report's file in pieces: JSON, indented by one blank for each level. */
export function* reportPieces(report: AnyReport): Generator<Buffer> {
  const { records } = report;
  const frame = `${JSON.stringify({ ...report, records: [] }, null, 1)}\n`;
  if (records.length === 0) {
    yield Buffer.from(frame);
    return;
  }
  const at = frame.indexOf(NO_RECORDS) + NO_RECORDS.length - 1;
  yield Buffer.from(frame.slice(0, at));
  for (let from = 0; from < records.length; from += PORTION) {
    const texts = records.slice(from, from + PORTION).map(encodeReportRecord);
    yield Buffer.from(`${from === 0 ? '' : ','}${texts.join(',')}`);
  }
  yield Buffer.from(`\n ${frame.slice(at)}`);
}

const encodeReportRecord = ({ seq, leaf, line }: ReportRecord): string =>
  `\n  {\n   "seq": ${seq},\n   "leaf": "${leaf}",\n   "line": ${JSON.stringify(line)}\n  }`;

/** The bytes of a report's file. CSV and PDF print their SHA-256. */
export const encodeReport = (report: AnyReport): Buffer => Buffer.concat([...reportPieces(report)]);
