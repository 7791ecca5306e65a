import type { UnsignedTail } from '../../../shared/contract/carry-over.ts';
import { limits } from '../../../shared/limits.ts';
import { nothingToConfirm } from '../../../shared/messages/failures/desktop.ts';
import type { AuditLine } from '../../audit/index.ts';
import type { RecordRange } from '../../ledger/index.ts';
import type { Vault } from '../../vault/index.ts';
import type { OpenVault } from './open-vault.ts';
import { rowsOf, shortened } from './record-rows.ts';

/** As many as a person will read. */
const SHOWN = 100;

/**
 * What a person is asked to confirm. Somebody who can write to the folder may have written it, in
 * any number and length.
 * @throws Failure 'usage' if there is nothing to confirm
 */
export const unsignedTailOf = async (
  open: Pick<OpenVault, 'vault' | 'unsigned' | 'unconfirmed'>,
): Promise<UnsignedTail> => {
  const range = open.unconfirmed;
  if (range === null) throw nothingToConfirm();
  const counts = new Map<string, number>();
  const shown: AuditLine[] = [];
  let [from, to] = ['', ''];
  for await (const line of newestFirst(open.vault, range)) {
    const { action, time } = line.record;
    from = time;
    if (to === '') to = time;
    if (shown.length < SHOWN) shown.push(line);
    const name = shortened(action);
    const known = counts.get(name) ?? 0;
    if (known > 0 || counts.size < limits.listLength) counts.set(name, known + 1);
  }
  if (to === '') throw nothingToConfirm();
  return { ...range, from, to, acts: mostFirst(counts), rows: await rowsOf(shown, open) };
};

const newestFirst = async function* (
  vault: Vault,
  { first, last }: RecordRange,
): AsyncGenerator<AuditLine> {
  const index = await vault.audit();
  const wanted = last - first + 1;
  for (let offset = 0; offset < wanted; offset += limits.pageRows) {
    const limit = Math.min(limits.pageRows, wanted - offset);
    yield* (await index.query({ upTo: last, limit, offset })).lines;
  }
};

const mostFirst = (counts: ReadonlyMap<string, number>): UnsignedTail['acts'] =>
  [...counts]
    .map(([action, records]) => ({ action, records }))
    .toSorted((a, b) => b.records - a.records);
