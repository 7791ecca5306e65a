import * as v from 'valibot';
import { batchKinds } from '../../shared/batch.ts';
import { failureCodes } from '../../shared/failure.ts';
import { bulks, custodies, keyStates } from '../../shared/keys.ts';
import { utcTimeSchema as utc } from '../../shared/time.ts';
import type { CliResult } from './cli.ts';

/**
 * The documents that `--json` prints, field by field: a field that is missing or not
 * documented fails the test that reads it.
 */

const hex = (digits: number): v.GenericSchema<string> =>
  v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${digits}}$`)));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const version = v.pipe(v.number(), v.integer(), v.minValue(1));

const codes = Object.values(failureCodes).flat();

export const reason = v.strictObject({
  code: v.picklist(codes),
  cause: v.pipe(v.string(), v.minLength(5)),
  unharmed: v.optional(v.pipe(v.string(), v.minLength(5))),
  next: v.optional(v.pipe(v.string(), v.minLength(5))),
  detail: v.optional(v.string()),
  keys: v.optional(v.array(v.strictObject({ id: hex(32), version }))),
});

export const fileReceipt = v.strictObject({
  input: v.string(),
  output: v.nullable(v.string()),
  outcome: v.picklist(['done', 'failed', 'skipped', 'cancelled']),
  reason: v.optional(reason),
  bytes: count,
  digest: v.nullable(
    v.strictObject({ algorithm: v.picklist(['sha256', 'sha256-4m']), hex: hex(64) }),
  ),
  key: v.nullable(hex(32)),
  version: v.nullable(version),
  /** Only of verify: the slots that were unwrapped. */
  proved: v.optional(v.array(v.strictObject({ key: hex(32), version }))),
  originalDeleted: v.optional(v.boolean()),
});
export type FileReceipt = v.InferOutput<typeof fileReceipt>;

const batch = v.strictObject({
  batch: v.nullable(hex(32)),
  kind: v.picklist(batchKinds),
  files: v.array(fileReceipt),
  interrupted: v.nullable(v.string()),
});
export type BatchDocument = v.InferOutput<typeof batch>;

const waiting = v.strictObject({
  batches: v.array(
    v.strictObject({
      id: hex(32),
      kind: v.picklist(['encrypt', 'decrypt', 'rewrap', 'reencrypt']),
      files: count,
      state: v.picklist(['interrupted', 'failed files']),
    }),
  ),
});

const abandoned = v.strictObject({
  batch: hex(32),
  abandoned: v.literal(true),
  files: v.array(fileReceipt),
});

const date = v.nullable(utc);

const key = v.strictObject({
  id: hex(32),
  name: v.string(),
  custody: v.picklist(custodies),
  bulk: v.picklist(bulks),
  state: v.picklist(keyStates),
  version,
  kcv: v.nullable(hex(6)),
  created: utc,
  activated: date,
  activates: date,
  periodDays: v.nullable(version),
  atPeriodEnd: v.picklist(['warn', 'rotate', 'refuse']),
  protected: v.boolean(),
});
export type KeyDocument = v.InferOutput<typeof key>;

const listedKey = v.strictObject({
  ...key.entries,
  rotation: v.nullable(
    v.strictObject({
      state: v.picklist(['due', 'overdue']),
      because: v.picklist(['period', 'seals']),
    }),
  ),
  periodEnds: date,
  versions: v.array(
    v.strictObject({
      version,
      state: v.picklist(keyStates),
      kcv: v.nullable(hex(6)),
      created: utc,
      since: date,
      activates: date,
      activated: date,
      deactivated: date,
      compromised: date,
      destroyed: date,
      destroys: date,
      postponed: v.boolean(),
      beforeDestroy: v.nullable(v.picklist(keyStates)),
    }),
  ),
});

const record = v.strictObject({
  seq: version,
  time: utc,
  clock: v.string(),
  actor: v.strictObject({
    user: v.string(),
    host: v.string(),
    app: v.string(),
    token: v.nullable(v.strictObject({ label: v.string(), serial: v.string() })),
  }),
  action: v.string(),
  subject: v.record(v.string(), v.unknown()),
  outcome: v.picklist(['ok', 'refused', 'failed']),
  code: v.optional(v.string()),
  details: v.record(v.string(), v.unknown()),
  session: v.optional(hex(32)),
  n: v.optional(count),
  base: v.optional(v.strictObject({ size: version, root: hex(64) })),
  mac: v.optional(hex(32)),
});
export type RecordDocument = v.InferOutput<typeof record>;

/** A line of the ledger. */
export const recordOf = (line: string): RecordDocument => v.parse(record, JSON.parse(line));

const finding = v.strictObject({
  kind: v.picklist(['damage', 'notice']),
  record: v.nullable(version),
  byte: v.nullable(count),
  problem: v.string(),
});

const inspection = v.strictObject({
  path: v.string(),
  suite: v.literal('A256GCM'),
  segment: count,
  file: hex(32),
  size: count,
  segments: count,
  slots: v.array(
    v.strictObject({
      key: hex(32),
      version,
      kcv: v.nullable(hex(6)),
      wrap: v.picklist(['A256KW', 'A256GCMKW']),
    }),
  ),
  length: count,
  headerArea: count,
  lengthWords: v.string(),
});

const tokenObject = v.strictObject({
  kind: v.picklist(['missing', 'altered', 'orphaned', 'left']),
  role: v.picklist(['wrap', 'seal', 'sign', 'report', 'key', 'unknown']),
  key: v.nullable(v.strictObject({ id: hex(32), name: v.string(), version })),
  objectId: v.string(),
  label: v.string(),
  what: v.string(),
  detail: v.nullable(v.string()),
  next: v.pipe(v.string(), v.minLength(5)),
});

const survey = v.strictObject({
  ...{ files: count, encrypted: count, foreign: count, plain: count },
  ...{ damaged: count, unreadable: count, others: count, unlisted: count },
  versions: v.array(
    v.strictObject({
      key: hex(32),
      name: v.nullable(v.string()),
      version,
      state: v.nullable(v.picklist(keyStates)),
      newest: v.boolean(),
      ...{ files: count, alone: count, proved: v.nullable(count), refused: count },
    }),
  ),
  problems: v.array(v.strictObject({ file: v.string(), reason })),
});
export type SurveyDocument = v.InferOutput<typeof survey>;

const rotated = v.strictObject({ versions: count, oldKept: v.nullable(v.string()) });

const schemas = {
  survey,
  batch,
  resumed: v.strictObject({ batches: v.array(batch) }),
  abandoned: v.strictObject({ batches: v.array(abandoned) }),
  waiting,
  keys: v.strictObject({ keys: v.array(listedKey) }),
  key: v.strictObject({ key }),
  records: v.strictObject({ records: v.array(record), total: count }),
  verdict: v.strictObject({
    verified: v.boolean(),
    size: count,
    root: hex(64),
    /** How many records the newest valid checkpoint covers. */
    signed: count,
    /** How many checkpoints were compared. */
    checkpoints: count,
    findings: v.array(finding),
    total: count,
  }),
  inspection,
  status: v.strictObject({
    vault: v.strictObject({ id: hex(32), folder: v.string() }),
    level: v.picklist(['ok', 'attention', 'failed']),
    reasons: v.array(
      v.strictObject({ level: v.picklist(['attention', 'failed']), text: v.string() }),
    ),
    use: v.picklist(['locked', 'open', 'unlocked', 'interrupted', 'unknown']),
    ledger: v.strictObject({
      verified: v.boolean(),
      records: count,
      root: hex(64),
      findings: count,
      unsigned: count,
    }),
    checkpoint: v.nullable(
      v.strictObject({ records: count, time: v.nullable(utc), ageSeconds: v.nullable(count) }),
    ),
    batches: v.strictObject({ interrupted: count, failed: count }),
    keys: v.strictObject({
      total: count,
      due: v.array(v.string()),
      overdue: v.array(v.string()),
      postponed: count,
    }),
  }),
  reconciled: v.strictObject({
    sound: count,
    otherVaults: count,
    others: count,
    findings: v.array(tokenObject),
    removed: v.array(tokenObject),
  }),
  rotated: v.strictObject({ rotated }),
  compromised: v.strictObject({
    compromised: v.strictObject({
      keys: v.array(v.strictObject({ name: v.string(), files: count })),
      versions: count,
    }),
    rotated,
  }),
  epoch: v.strictObject({ epoch: version, reason: v.string() }),
  checkpoint: v.strictObject({
    size: count,
    root: hex(64),
    note: v.string(),
    fingerprint: hex(64),
    anchor: v.string(),
  }),
  witness: v.strictObject({ file: v.string(), size: count, root: hex(64) }),
  comparison: v.strictObject({
    agrees: v.boolean(),
    words: v.string(),
    kept: v.nullable(v.strictObject({ epoch: version, size: count, root: hex(64) })),
    proof: v.nullable(v.array(hex(64))),
  }),
  report: v.strictObject({
    files: v.array(
      v.strictObject({
        file: v.string(),
        format: v.picklist(['json', 'csv', 'pdf']),
        bytes: count,
        sha256: hex(64),
      }),
    ),
    statement: v.looseObject({
      counts: v.strictObject({ searched: count, included: count, omitted: count }),
    }),
    fingerprint: hex(64),
  }),
  judgement: v.strictObject({
    genuine: v.boolean(),
    checks: v.array(v.strictObject({ name: v.string(), ok: v.boolean(), words: v.string() })),
    sha256: hex(64),
    fingerprint: v.nullable(hex(64)),
  }),
  error: v.strictObject({ error: reason }),
  vault: v.strictObject({
    vault: v.string(),
    id: hex(32),
    token: v.strictObject({ label: v.string(), serial: v.string() }),
    evaluation: v.boolean(),
  }),
} as const;

export type DocumentName = keyof typeof schemas;
export type DocumentOf<Name extends DocumentName> = v.InferOutput<(typeof schemas)[Name]>;

/** Parses standard output as exactly one JSON document of this kind. */
export const documentOf = <Name extends DocumentName>(
  name: Name,
  result: CliResult,
): DocumentOf<Name> => {
  let json: unknown;
  try {
    json = JSON.parse(result.stdout);
  } catch {
    throw new Error(`not a JSON document: ${result.stdout}\n${result.stderr}`);
  }
  const parsed = v.safeParse(schemas[name], json);
  if (parsed.success) return parsed.output;
  const issues = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? ''}: ${issue.message}`);
  throw new Error(
    `not the document "${name}": ${issues.join('; ')}\n${result.stdout.slice(0, 4_000)}`,
  );
};
