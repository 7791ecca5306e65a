import type { BatchKind, Receipt } from '../../shared/batch.ts';
import { type Failure, type FailureData, toFailureData } from '../../shared/failure.ts';
import { formatBytes, formatCount, printable } from './format.ts';
import { fileHintFor, hintFor } from './hints.ts';

/** One line for a file that did not simply succeed. */
export const describeReceipt = (receipt: Receipt): string => {
  const { input, outcome, reason } = receipt;
  const heading = outcome === 'done' ? 'original kept' : outcome;
  return `${heading}: ${printable(input)}${reason === undefined ? '' : `\n${describeReason(reason, fileHintFor(reason.code))}`}`;
};

/** A failure as it is said on standard error. */
export const describeFailure = (failure: Failure): string =>
  `claviger: ${describeReason(toFailureData(failure), hintFor(failure.code)).trimStart()}`;

const describeReason = (
  { cause, unharmed, next, detail }: FailureData,
  hint: string | undefined,
): string =>
  [
    `  ${printable(cause)}${detail === undefined ? '' : ` (${printable(detail)})`}`,
    ...(unharmed === undefined ? [] : [`  ${unharmed}`]),
    ...(next === undefined ? [] : [`  ${next}`]),
    ...(hint === undefined ? [] : [`  ${hint}`]),
  ].join('\n');

const past = { encrypt: 'encrypted', decrypt: 'decrypted', verify: 'verified' } as const;

/** The end of a batch in one line: every outcome counted by itself. */
export const describeResult = (kind: BatchKind, receipts: readonly Receipt[]): string => {
  const of = (outcome: Receipt['outcome']): readonly Receipt[] =>
    receipts.filter((receipt) => receipt.outcome === outcome);
  const bytes = of('done').reduce((sum, receipt) => sum + receipt.bytes, 0);
  const kept = of('done').filter(({ originalDeleted }) => originalDeleted === false).length;
  const deleted = of('done').filter(({ originalDeleted }) => originalDeleted === true).length;
  return [
    `${formatCount(of('done').length, 'file')} ${past[kind]} (${formatBytes(bytes)})`,
    ...(deleted === 0 ? [] : [`${formatCount(deleted, 'original')} deleted`]),
    ...(kept === 0 ? [] : [`${formatCount(kept, 'original')} KEPT`]),
    ...(['failed', 'skipped', 'cancelled'] as const)
      .filter((outcome) => of(outcome).length > 0)
      .map((outcome) => `${of(outcome).length} ${outcome === 'failed' ? 'FAILED' : outcome}`),
  ].join(', ');
};

/** Which slots a verification has proved: a file may name more keys than this vault holds. */
export const describeProved = (
  receipts: readonly Receipt[],
  names: ReadonlyMap<string, string>,
): string[] => {
  const counts = new Map<string, number>();
  for (const { key, version } of receipts.flatMap(({ proved }) => proved ?? [])) {
    const name = `${names.get(key) ?? key}, version ${version}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${formatCount(count, 'slot')} proved: ${name}`);
};
