import { Failure } from '../../shared/failure.ts';
import type { Storage } from '../store/index.ts';

const LF = 0x0a;
/** What may lie behind the last LF: the unfinished part of one group of records. */
const MAX_TAIL = 64 * 1024 * 1024;

export interface LineRange {
  readonly from: number;
  /** Where to stop, in bytes; the end of the file where it is not given. */
  readonly to?: number;
}

/**
 * Calls back for each line (without its LF, with the offset of its first byte) and returns
 * what follows the last LF. Holds one piece of the file at a time.
 */
export const readLines = async (
  storage: Storage,
  name: string,
  { from, to }: LineRange,
  onLine: (line: Buffer, offset: number) => void,
): Promise<Buffer> => {
  let pending: Buffer[] = [];
  let pendingLength = 0;
  let offset = from;
  for await (const piece of storage.stream(name, from, to)) {
    let start = 0;
    for (let end = piece.indexOf(LF); end !== -1; end = piece.indexOf(LF, start)) {
      const rest = piece.subarray(start, end);
      const line = pendingLength === 0 ? rest : Buffer.concat([...pending, rest]);
      if (pendingLength > 0) [pending, pendingLength] = [[], 0];
      onLine(line, offset);
      offset += line.length + 1;
      start = end + 1;
    }
    pending.push(piece.subarray(start));
    pendingLength += piece.length - start;
    if (pendingLength > MAX_TAIL) throw noLineEnd(offset);
  }
  return Buffer.concat(pending);
};

const noLineEnd = (offset: number): Failure =>
  new Failure('ledger-damaged', `What begins at byte ${offset} of the ledger has no line end.`, {
    unharmed: 'Nothing was changed.',
    next: 'Restore the vault from a copy.',
  });
