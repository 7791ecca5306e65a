import { lineEndMissing } from '../../shared/messages/failures/ledger.ts';
import type { ByteRange, StoreReader } from '../store/index.ts';

const LF = 0x0a;
/** The most that may follow the last LF: the unfinished part of one group of records. */
const MAX_TAIL = 64 * 1024 * 1024;

/**
 * Calls back for each line of the ledger (without its LF, with the offset of its first byte) and
 * returns what follows the last LF. Holds one piece at a time.
 */
export const readLines = async (
  store: Pick<StoreReader, 'read'>,
  range: ByteRange,
  onLine: (line: Buffer, offset: number) => void,
): Promise<Buffer> => {
  let pending: Buffer[] = [];
  let pendingLength = 0;
  let offset = range.from;
  for await (const piece of store.read(range)) {
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
    if (pendingLength > MAX_TAIL) throw lineEndMissing(offset);
  }
  return Buffer.concat(pending);
};
