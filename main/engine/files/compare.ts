import { closeSync } from 'node:fs';
import { readBackFailed } from '../../../shared/messages/failures/files.ts';
import { openSource, readExactly } from './source.ts';

/** The read-back: what the encrypted file holds must be what the original holds, byte for byte. */
export const compareWithOriginal = (original: string, content: Uint8Array): void => {
  const source = openSource(original);
  try {
    if (source.size !== content.length) throw readBackFailed();
    const bytes = Buffer.allocUnsafeSlow(source.size);
    readExactly(source.fd, bytes, 0);
    const equal = bytes.equals(content);
    bytes.fill(0);
    if (!equal) throw readBackFailed();
  } finally {
    closeSync(source.fd);
  }
};
