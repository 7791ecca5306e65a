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
export const readHeader = async (file: string): Promise<ParsedHeader> => {
  const handle = await open(file, flags);
  try {
    if (!(await handle.stat()).isFile()) throw notRegular('a device or socket');
    const buffer = Buffer.alloc(LARGEST_AREA);
    let length = 0;
    for (let most = FIRST_READ; ; most = LARGEST_AREA) {
      length += await readUpTo(handle, buffer, length, most);
      if (length < most || most === LARGEST_AREA || areaOf(buffer) <= length)
        return parseHeader(buffer.subarray(0, length));
    }
  } finally {
    await handle.close();
  }
};

/** As the header says; a file that is none says anything. */
const areaOf = (start: Buffer): number => start.readUInt16BE(10);

type Handle = Awaited<ReturnType<typeof open>>;

/** A read may give less than there is. @returns bytes read */
const readUpTo = async (
  handle: Handle,
  buffer: Buffer,
  from: number,
  most: number,
): Promise<number> => {
  let at = from;
  while (at < most) {
    const { bytesRead } = await handle.read(buffer, at, most - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return at - from;
};
