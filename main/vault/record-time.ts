import { readLines } from '../ledger/index.ts';
import type { StoreReader } from '../store/index.ts';

const FIRST_BYTES = 64 * 1024;
const beginning = /^\{"seq":(\d+),"time":"([^"]+)"/;
const BEGINNING_BYTES = 64;

/**
 * When a record was written (UTC, ISO 8601), read from the ledger's end backwards; null where it
 * is not there.
 * @param bytes the length of the ledger
 */
export const timeOfRecord = async (
  store: Pick<StoreReader, 'read'>,
  bytes: number,
  seq: number,
): Promise<string | null> => {
  for (let length = FIRST_BYTES; ; length *= 8) {
    const from = Math.max(0, bytes - length);
    const times: string[] = [];
    await readLines(store, { from, to: bytes }, (line) => {
      const [, number, time] = beginning.exec(line.toString('latin1', 0, BEGINNING_BYTES)) ?? [];
      if (time !== undefined && Number(number) === seq) times.push(time);
    });
    const [time = null] = times;
    if (time !== null || from === 0) return time;
  }
};
