import type { ReportVerdict } from '../../../shared/contract/verify.ts';
import { messages } from '../../messages/en.ts';

const { titles, same } = messages.reports.verify.steps;

/** One step of docs/verify-a-report.md for one report: lines for a shell, and what they must print. */
export interface Step {
  readonly title: string;
  readonly commands: readonly string[];
  /** A sentence, or the exact line. */
  readonly prints: string;
}

/** The name quoted for a POSIX shell; a name that starts with a dash becomes a path. */
export const shellQuoted = (name: string): string =>
  `'${(name.startsWith('-') ? `./${name}` : name).replaceAll("'", String.raw`'\''`)}'`;

/** The steps with jq, openssl and sha256sum; empty where the file is no report. */
export const stepsFor = ({ file, fingerprint, about, previous }: ReportVerdict): Step[] => {
  if (about === null || fingerprint === null) return [];
  const { algorithm, opening, counts, timestamps } = about;
  const report = shellQuoted(file.name);
  const before = previous === null ? '' : ` --previous ${shellQuoted(previous)}`;
  return [
    { title: titles.file, commands: [`sha256sum ${report}`], prints: file.sha256 },
    keyStep(report, fingerprint),
    checkpointStep('closing', report, algorithm),
    ...(opening ? [checkpointStep('opening', report, algorithm)] : []),
    ...(counts.included === 0 ? [] : [leafStep(report)]),
    statementStep(report),
    recordsStep(report),
    ...Array.from({ length: timestamps }, (_, at) => timestampStep(at, report)),
    {
      title: titles.all,
      commands: [`python3 verify-report.py ${report} --key ${fingerprint}${before}`],
      prints: 'GENUINE',
    },
  ];
};

const keyStep = (report: string, fingerprint: string): Step => ({
  title: titles.key,
  commands: [
    `jq -j .key.pem ${report} > key.pem`,
    'openssl pkey -pubin -in key.pem -outform DER | sha256sum',
  ],
  prints: fingerprint,
});

const leafStep = (report: string): Step => ({
  title: titles.leaf,
  commands: [
    String.raw`(printf '\0'; jq -j '.records[0].line' ${report}) | sha256sum`,
    `jq -r '.records[0].leaf' ${report}`,
  ],
  prints: same,
});

const statementStep = (report: string): Step => ({
  title: titles.statement,
  commands: [
    `jq -cj .statement ${report} | sha256sum`,
    `jq -r .evidence.export.line ${report} | jq -r .details.statement`,
  ],
  prints: same,
});

const recordsStep = (report: string): Step => ({
  title: titles.records,
  commands: [
    `jq -r '.records[].line' ${report} | sha256sum`,
    `jq -r .statement.recordsSha256 ${report}`,
  ],
  prints: same,
});

const checkpointStep = (which: 'closing' | 'opening', report: string, algorithm: string): Step => {
  const isEd25519 = algorithm === 'Ed25519';
  return {
    title: titles[which],
    commands: [
      `jq -j .checkpoints.${which}.text ${report} > text`,
      `jq -j .checkpoints.${which}.signature ${report} | base64 -d > signature`,
      isEd25519
        ? 'openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in text -sigfile signature'
        : 'openssl dgst -sha256 -verify key.pem -signature signature text',
    ],
    prints: isEd25519 ? 'Signature Verified Successfully' : 'Verified OK',
  };
};

const timestampStep = (at: number, report: string): Step => ({
  title: messages.reports.verify.steps.timestamp(at + 1),
  commands: [
    `jq -j '.timestamps[${at}].note' ${report} > note`,
    `jq -j '.timestamps[${at}].reply' ${report} | base64 -d > reply.tsr`,
    'openssl ts -verify -in reply.tsr -data note -CAfile authority.pem',
  ],
  prints: 'Verification: OK',
});
