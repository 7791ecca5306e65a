import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { notRegular } from '../../../shared/messages/failures/files.ts';
import { LARGEST_AREA } from '../envelope/format.ts';
import { type ParsedHeader, parseHeader } from '../envelope/header.ts';

/** Enough for most headers, so that most files are read once. */
const FIRST_READ = 4_096;

const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * What the header of a file claims. Nothing in it is authentic, and no key is needed.
 * @throws Failure `not-encrypted`, `header-damaged`, or what the file system says
 */
export const readHeader = async (
  file: string,
): Promise<{ readonly header: ParsedHeader; readonly size: number }> => {
  const handle = await open(file, flags);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw notRegular('a device or socket');
    const start = await readStart(handle, FIRST_READ);
    const isWhole = start.length < FIRST_READ || areaOf(start) <= FIRST_READ;
    const area = isWhole ? start : await readStart(handle, LARGEST_AREA);
    return { header: parseHeader(area), size: stats.size };
  } finally {
    await handle.close();
  }
};

/** As the header says; a file that is none says anything. */
const areaOf = (start: Buffer): number => start.readUInt16BE(10);

type Handle = Awaited<ReturnType<typeof open>>;

/** The first bytes, as many as there are; a read may give less than that. */
const readStart = async (handle: Handle, most: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(most);
  for (let at = 0; at < most;) {
    const { bytesRead } = await handle.read(buffer, at, most - at, at);
    if (bytesRead === 0) return buffer.subarray(0, at);
    at += bytesRead;
  }
  return buffer;
};
