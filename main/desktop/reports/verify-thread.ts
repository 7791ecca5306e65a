import path from 'node:path';
import * as v from 'valibot';
import { renderingOnly } from '../../../shared/messages/failures/desktop.ts';
import {
  type AnyReport,
  checkPdfSignature,
  readReport,
  renderingOf,
  REPORT_FORMATS,
  verifyReport,
} from '../../reports/index.ts';
import { serveThread } from '../../thread/index.ts';
import { sha256 } from '../../system/index.ts';
import type { FoundVerdict, VerifyCalls } from './verifying.ts';

// Entry point of the thread that verifies reports.

interface Candidate {
  readonly name: string;
  readonly bytes: Buffer;
  /** When the report was made, by its own words; null if the file is not a report. */
  readonly made: string | null;
}

const read = async (file: string): Promise<Candidate> => {
  const bytes = await readReport(file);
  return { name: path.basename(file), bytes, made: madeOf(bytes) };
};

const likeness = v.object({
  format: v.picklist(REPORT_FORMATS),
  statement: v.object({ made: v.string() }),
});

const madeOf = (bytes: Buffer): string | null => {
  if (!bytes.subarray(0, 64).toString('latin1').trimStart().startsWith('{')) return null;
  try {
    const parsed = v.safeParse(likeness, JSON.parse(bytes.toString('utf8')));
    return parsed.success ? parsed.output.statement.made : null;
  } catch {
    return null;
  }
};

/** The newest report is the one to verify; the other is the previous report. */
const verify: VerifyCalls['verify'] = async ({ files, fingerprint }) => {
  const all: Candidate[] = [];
  for (const file of files) all.push(await read(file));
  const reports = all
    .filter(({ made }) => made !== null)
    .toSorted((a, b) => (b.made ?? '').localeCompare(a.made ?? ''));
  const [report = all[0], previous = null] = reports;
  if (report === undefined) throw new Error('there is nothing to verify');
  const rendering = report.made === null ? renderingOf(report.bytes) : null;
  if (rendering !== null) throw renderingOnly(report.name, rendering);
  const verdict = verifyReport(report.bytes, {
    ...(previous === null ? {} : { previous: previous.bytes }),
    ...(fingerprint === null ? {} : { fingerprint }),
  });
  const others = all.filter((each) => each !== report && each !== previous);
  const certificate = verdict.report && certificateOf(verdict.report);
  const [beside, ignored] = parted(others, ({ bytes }) => renderingOf(bytes) !== null);
  const named = (each: Candidate): FoundVerdict['renderings'][number]['of'] => {
    if (each.bytes.includes(verdict.sha256)) return 'this';
    return previous !== null && each.bytes.includes(sha256(previous.bytes)) ? 'previous' : null;
  };
  return {
    file: { name: report.name, bytes: report.bytes.length, sha256: verdict.sha256 },
    previous: previous?.name ?? null,
    renderings: beside.map((each) => ({
      name: each.name,
      of: named(each),
      signature:
        renderingOf(each.bytes) === 'pdf' ? checkPdfSignature(each.bytes, certificate) : null,
    })),
    ignored: ignored.map(({ name }) => name),
    genuine: verdict.genuine,
    complete: verdict.complete,
    checks: verdict.checks.map((check) => ({ ...check })),
    fingerprint: verdict.fingerprint,
    compared: fingerprint !== null,
    about: verdict.report && aboutOf(verdict.report),
  };
};

const firstSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ details: v.object({ reportCertificate: v.string() }) }),
);

/** SHA-256 of the certificate that signs the vault's PDFs, hex. */
const certificateOf = ({ evidence }: AnyReport): string | null => {
  const first = v.safeParse(firstSchema, evidence.first.line);
  return first.success ? first.output.details.reportCertificate : null;
};

const parted = <T>(all: readonly T[], is: (each: T) => boolean): [T[], T[]] => [
  all.filter(is),
  all.filter((each) => !is(each)),
];

const aboutOf = ({
  statement,
  checkpoints,
  key,
  timestamps,
}: AnyReport): FoundVerdict['about'] => ({
  kind: statement.kind,
  title: statement.title.slice(0, 1000),
  made: statement.made,
  by: `${statement.by.user} on ${statement.by.host}`.slice(0, 1000),
  vault: statement.vault.id,
  evaluation: statement.vault.evaluation,
  range: statement.range,
  counts: statement.counts,
  algorithm: key.algorithm,
  opening: checkpoints.opening !== null,
  timestamps: timestamps.length,
  limits: statement.limits.slice(0, 100).map((limit) => limit.slice(0, 10_000)),
});

serveThread<VerifyCalls>({ verify });
