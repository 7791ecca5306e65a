import type { Rendering } from '../../../shared/reports.ts';

const heads: readonly (readonly [string, Rendering])[] = [
  ['%PDF-', 'pdf'],
  ['\uFEFFClaviger report,', 'csv'],
];

/** Which rendering of a report this is; null where it is none: these are not what is verified. */
export const renderingOf = (bytes: Uint8Array): Rendering | null => {
  const text = Buffer.from(bytes.subarray(0, 64)).toString('utf8');
  return heads.find(([head]) => text.startsWith(head))?.[1] ?? null;
};
