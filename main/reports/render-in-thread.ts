import { callInThread, type ThreadCall } from '../thread/index.ts';
import type { Seal } from '../certificates/index.ts';

export interface RenderRequest {
  /** The report's JSON file, as it was just written. */
  readonly file: string;
  /** Of the file, hex. */
  readonly sha256: string;
  readonly format: 'csv' | 'pdf';
  /** Of the signature in the PDF; null for no signature. */
  readonly seal: Seal | null;
}

/** What the rendering thread answers. */
export interface RenderCalls {
  render: (request: RenderRequest) => Promise<Uint8Array>;
}

const SCRIPT = new URL('./render-thread.js', import.meta.url);

/**
 * Renders a report in a thread of its own, because ten thousand records in a PDF take seconds. The
 * PDF has room for its signature, which only this thread can get from the token. Progress counts
 * records.
 * @throws Failure 'cancelled' | 'source-changed' | errors of the disk
 */
export const renderInThread = async (
  request: RenderRequest,
  call: ThreadCall = {},
  script = SCRIPT,
): Promise<Buffer> => {
  const bytes = await callInThread<RenderCalls, 'render'>(script, 'render', request, call);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
};
