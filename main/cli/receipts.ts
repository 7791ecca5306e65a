import type { BatchKind, Receipt } from '../../shared/batch.ts';
import { type Failure, type FailureData, toFailureData } from '../../shared/failure.ts';
import { past } from '../../shared/messages/desktop.ts';
import { formatBytes } from '../../shared/bytes.ts';
import { counted } from '../../shared/numbers.ts';
import { fileHintFor, hintFor } from './hints.ts';

/** The lines for a file that failed, was skipped or kept its original. */
export const describeReceipt = ({ input, outcome, reason }: Receipt): string[] => {
  const heading = `${outcome === 'done' ? 'original kept' : outcome}: ${input}`;
  if (reason === undefined) return [heading];
  return [heading, ...describeReason(reason, fileHintFor(reason)).map(indented)];
};

/** A failure as printed on standard error. */
export const describeFailure = (failure: Failure): string[] => {
  const [cause, ...more] = describeReason(toFailureData(failure), hintFor(failure.code));
  return [`claviger: ${cause}`, ...more.map(indented)];
};

const indented = (line: string): string => `  ${line}`;

const describeReason = (
  { cause, unharmed, next, detail }: FailureData,
  hint: string | undefined,
): [string, ...string[]] => [
  `${cause}${detail === undefined ? '' : ` (${detail})`}`,
  ...[unharmed, next, hint].filter((line) => line !== undefined),
];

/** The result of a batch in one line, with the count of each outcome. */
export const describeResult = (kind: BatchKind, receipts: readonly Receipt[]): string => {
  const of = (outcome: Receipt['outcome']): readonly Receipt[] =>
    receipts.filter((receipt) => receipt.outcome === outcome);
  const bytes = of('done').reduce((sum, receipt) => sum + receipt.bytes, 0);
  const kept = of('done').filter(({ originalDeleted }) => originalDeleted === false).length;
  const deleted = of('done').filter(({ originalDeleted }) => originalDeleted === true).length;
  return [
    `${counted(of('done').length, 'file')} ${past[kind]} (${formatBytes(bytes)})`,
    ...(deleted === 0 ? [] : [`${counted(deleted, 'original')} deleted`]),
    ...(kept === 0 ? [] : [`${counted(kept, 'original')} KEPT`]),
    ...(['failed', 'skipped', 'cancelled'] as const)
      .filter((outcome) => of(outcome).length > 0)
      .map((outcome) => `${of(outcome).length} ${outcome === 'failed' ? 'FAILED' : outcome}`),
  ].join(', ');
};

/** Which slots were verified: a file may name keys that this vault does not have. */
export const describeProved = (
  receipts: readonly Receipt[],
  names: ReadonlyMap<string, string>,
): string[] => {
  const counts = new Map<string, number>();
  for (const { key, version } of receipts.flatMap(({ proved }) => proved ?? [])) {
    const name = `${names.get(key) ?? key}, version ${version}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${counted(count, 'slot')} verified: ${name}`);
};
