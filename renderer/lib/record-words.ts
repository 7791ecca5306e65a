import type { AuditRow } from '../../shared/contract/audit.ts';
import { messages } from '../messages/en.ts';
import type { GlyphName } from './ui/glyphs.ts';

export const sentenceOf = (row: AuditRow): string =>
  messages.acts.sentence(row.action, {
    subject: row.subject,
    details: row.details,
    key: row.keyName ?? '',
  });

export interface Outcome {
  readonly glyph: GlyphName;
  readonly word: string;
}

/** A batch that ended well may still hold files that did not. */
export const outcomeOf = (row: AuditRow): Outcome => {
  const failed = row.action === 'batch.end' ? row.details['failed'] : 0;
  if (typeof failed === 'number' && failed > 0)
    return { glyph: 'failed', word: messages.acts.failedFiles(failed) };
  if (row.outcome === 'ok') return { glyph: 'good', word: messages.acts.done };
  return { glyph: 'failed', word: messages.acts[row.outcome] };
};
